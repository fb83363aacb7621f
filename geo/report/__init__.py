"""Reports 报告: a planner's answer as pages to print and as a workbook, from one content in either language."""
