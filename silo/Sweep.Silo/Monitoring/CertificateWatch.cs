using Sweep.Grains;
using Sweep.Security;

namespace Sweep.Silo.Monitoring;

/// <summary>
/// Checks the silo's certificates regularly, and logs when they were renewed, when new files cannot be used, and when they expire soon.
/// </summary>
internal sealed partial class CertificateWatch : BackgroundService
{
    /// <summary>Time before the end of a certificate from which a daily warning is logged. alerts.yml has the same time.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Daily = TimeSpan.FromDays(1);

    private readonly CertificateFolder _folder;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateWatch> _logger;
    private Certificates _seen;
    private string? _trouble;
    private DateTimeOffset? _warned;

    public CertificateWatch(CertificateFolder folder, SweepInstruments instruments, TimeProvider time, ILogger<CertificateWatch> logger)
    {
        (_folder, _time, _logger, _seen) = (folder, time, logger, folder.Current);
        instruments.WatchCertificate(() => folder.Current.Expires - time.GetUtcNow());
    }

    /// <summary>Checks the certificates once.</summary>
    public void Look()
    {
        var certificates = _folder.Current;
        if (certificates != _seen)
            LogRenewed(certificates.Expires);
        if (_folder.Trouble is { } trouble && trouble != _trouble)
            LogNotUsed(trouble);
        (_seen, _trouble) = (certificates, _folder.Trouble);

        var now = _time.GetUtcNow();
        if (certificates.Expires - now > Soon)
            _warned = null;
        else if (_warned is null || now - _warned >= Daily)
        {
            LogExpires(certificates.Expires, _folder.Path);
            _warned = now;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            Look();
            await Task.Delay(Every, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
