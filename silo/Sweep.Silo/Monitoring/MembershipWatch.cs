using System.Net;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Sweep.Grains;

namespace Sweep.Silo.Monitoring;

/// <summary>Keeps <see cref="ScrapeTargets"/> up to date with the cluster, and serves them.</summary>
internal sealed class MembershipWatch : BackgroundService
{
    /// <summary>Key of where a silo serves HTTP, address and port, in its metadata.</summary>
    public const string HttpKey = "sweep.http";

    /// <summary>Key of the name of a silo's machine in its metadata.</summary>
    public const string HostKey = "sweep.host";

    /// <summary>A silo's metadata comes some time after the silo.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    private readonly ScrapeTargets _targets = new();
    private readonly IClusterMembershipService _membership;
    private readonly ISiloMetadataCache _metadata;
    private readonly TimeProvider _time;

    public MembershipWatch(IClusterMembershipService membership, ISiloMetadataCache metadata, SweepInstruments instruments, TimeProvider time)
    {
        (_membership, _metadata, _time) = (membership, metadata, time);
        instruments.WatchSilos(() => _targets.Count(time.GetUtcNow()));
    }

    /// <summary>What Prometheus' HTTP service discovery reads: a group for each silo.</summary>
    /// <param name="from">Who asks; null when unknown.</param>
    public IEnumerable<object> Discover(IPAddress? from)
    {
        Observe(_membership.CurrentSnapshot);
        // Another machine's loopback is not what whoever asks would find there.
        var here = from is not null && IPAddress.IsLoopback(from) ? Environment.MachineName : null;
        return _targets.List(_time.GetUtcNow(), target => target.Host == here || !IPAddress.IsLoopback(IPEndPoint.Parse(target.Address).Address))
            .Select(target => new { targets = new[] { target.Address }, labels = new { instance = target.Instance, role = target.Role, host = target.Host } });
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(FollowAsync(stoppingToken), LookAsync(stoppingToken));

    /// <summary>Sees every version, so that a silo that leaves is not taken for one that is lost.</summary>
    private async Task FollowAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var snapshot in _membership.MembershipUpdates.WithCancellation(stopping))
                Observe(snapshot);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Observe(_membership.CurrentSnapshot);
            await Task.Delay(LookAgain, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Observe(ClusterMembershipSnapshot snapshot) =>
        _targets.Observe([.. snapshot.Members.Values.Select(member => new SiloSighting(member.Name, Life(member.Status), Target(member)))], _time.GetUtcNow());

    private ScrapeTarget? Target(ClusterMember member)
    {
        var metadata = _metadata.GetSiloMetadata(member.SiloAddress).Metadata;
        // What a silo says of itself must not keep the others from being found.
        return metadata.TryGetValue(HttpKey, out var http) && IPEndPoint.TryParse(http, out _)
            ? new(
                http,
                member.Name,
                metadata.GetValueOrDefault(RolePlacementDirector.RoleKey, nameof(SiloRole.Both)).ToLowerInvariant(),
                metadata.GetValueOrDefault(HostKey, ""))
            : null;
    }

    private static SiloLife Life(SiloStatus status) => status switch
    {
        SiloStatus.Dead => SiloLife.Dead,
        SiloStatus.ShuttingDown or SiloStatus.Stopping => SiloLife.Leaving,
        _ => SiloLife.Active,
    };
}
