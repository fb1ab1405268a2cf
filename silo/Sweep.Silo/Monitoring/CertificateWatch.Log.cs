namespace Sweep.Silo.Monitoring;

internal sealed partial class CertificateWatch
{
    [LoggerMessage(
        Level = LogLevel.Information, Message = "Renewed certificates are in use for new connections; they expire at {Expires:u}.")]
    private partial void LogRenewed(DateTimeOffset expires);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The certificates were changed and cannot be used; those read before stay in use: {Trouble}")]
    private partial void LogNotUsed(string trouble);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message =
            "The silo's certificate expires at {Expires:u}; `sweep certs renew AUTHORITY {Folder}` renews it, and no restart is needed.")]
    private partial void LogExpires(DateTimeOffset expires, string folder);
}
