"""What people look at while calls are made: the rep's desk and the live floor."""
