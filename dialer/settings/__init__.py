"""What the installation is told: environment variables and rule files."""

from dialer.settings.env import Settings, SettingsError, load_settings

__all__ = ["Settings", "SettingsError", "load_settings"]
