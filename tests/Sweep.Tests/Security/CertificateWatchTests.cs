using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sweep.Grains;
using Sweep.Security;
using Sweep.Silo.Monitoring;

namespace Sweep.Tests.Security;

public sealed class CertificateWatchTests : IDisposable
{
    private readonly TestCertificates _certificates = new();
    private readonly Lines _log = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MovedClock _clock = new();

    [Fact]
    public void A_certificate_that_expires_soon_is_logged_once_a_day_until_it_is_renewed()
    {
        var folder = _certificates.Issue(CertificateRole.Silo, life: CertificateWatch.Soon + TimeSpan.FromHours(1));
        var watch = Watch(folder);
        watch.Look();
        Assert.Empty(_log.Said);
        _clock.Ahead = TimeSpan.FromHours(2);
        watch.Look();
        watch.Look();
        Assert.Contains($"sweep certs renew AUTHORITY {folder}", Assert.Single(_log.Said));
        _clock.Ahead = TimeSpan.FromHours(27);
        watch.Look();
        Assert.Equal(2, _log.Said.Count);
        _certificates.Authority.Renew(folder, TimeSpan.FromDays(100), DateTimeOffset.UtcNow);
        watch.Look();
        _clock.Ahead = TimeSpan.FromHours(60);
        watch.Look();
        Assert.Equal(3, _log.Said.Count);
        Assert.StartsWith("Renewed certificates are in use", _log.Said[^1]);
    }

    [Fact]
    public void New_files_that_cannot_be_used_are_logged_once()
    {
        var folder = _certificates.Issue(CertificateRole.Silo);
        var watch = Watch(folder);
        File.WriteAllText(Path.Combine(folder, "tls.key"), "half");
        watch.Look();
        watch.Look();
        Assert.Contains("those read before stay in use", Assert.Single(_log.Said));
    }

    [Fact]
    public void A_client_that_connects_again_and_again_does_not_fill_the_log()
    {
        var refused = new RefusedConnections(Instruments(), _clock, _log.For<RefusedConnections>());
        for (var knock = 0; knock < 1_000; knock++)
            refused.Add(null, "it showed no certificate");
        Assert.Single(_log.Said);
        _clock.Ahead = TimeSpan.FromSeconds(2);
        refused.Add(null, "it showed no certificate");
        Assert.Contains("999 more", _log.Said[^1]);
    }

    public void Dispose()
    {
        _certificates.Dispose();
        _services.Dispose();
    }

    private CertificateWatch Watch(string folder) =>
        new(CertificateFolder.Open(folder, CertificateRole.Silo), Instruments(), _clock, _log.For<CertificateWatch>());

    private SweepInstruments Instruments() => new(_services.GetRequiredService<IMeterFactory>());

    private sealed class MovedClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

        public override long GetTimestamp() => (long)(Ahead.TotalSeconds * TimestampFrequency);
    }

    private sealed class Lines
    {
        public List<string> Said { get; } = [];

        public ILogger<T> For<T>() => new Logger<T>(this);

        private sealed class Logger<T>(Lines lines) : ILogger<T>
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel level) => true;

            public void Log<TState>(LogLevel level, EventId id, TState state, Exception? error, Func<TState, Exception?, string> format) =>
                lines.Said.Add(format(state, error));
        }
    }
}
