"""台账: entries, appeals, meetings, mediation and programmes on the screen."""
