"""The carrier: the port that the house talks to, and Twilio's wire behind it."""
