"""Taking data out: any table and any map layer as a workbook, CSV, GeoJSON or GeoPackage, its provenance inside."""

from geo.export.files import FORMATS as FORMATS
from geo.export.files import export as export
from geo.export.layer import Asked as Asked
from geo.export.layers import LAYERS as LAYERS
from geo.export.layers import MAP as MAP
