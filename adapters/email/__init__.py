"""Mail over SMTP."""

from adapters.email.server import SmtpServer, SmtpUrlError
from adapters.email.smtp import SmtpMailer

__all__ = ["SmtpMailer", "SmtpServer", "SmtpUrlError"]
