using System.Net;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Sweep.Grains;

namespace Sweep.Silo.Monitoring;

/// <summary>Keeps <see cref="ScrapeTargets"/> up to date with the cluster, and serves them.</summary>
internal sealed class MembershipWatch : BackgroundService
{
    /// <summary>Key in a silo's metadata of the address and port on which it serves HTTP.</summary>
    public const string HttpKey = "sweep.http";

    /// <summary>Key in a silo's metadata of the name of its machine.</summary>
    public const string HostKey = "sweep.host";

    /// <summary>
    /// Pause between looks. They are needed beside the updates, since a silo's metadata arrives some time after the silo.
    /// </summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    private readonly ScrapeTargets _targets = new();
    private readonly IClusterMembershipService _membership;
    private readonly ISiloMetadataCache _metadata;
    private readonly TimeProvider _time;

    public MembershipWatch(
        IClusterMembershipService membership, ISiloMetadataCache metadata, SweepInstruments instruments, TimeProvider time)
    {
        (_membership, _metadata, _time) = (membership, metadata, time);
        instruments.WatchSilos(() => _targets.Count(time.GetUtcNow()));
    }

    /// <summary>The answer for Prometheus' HTTP service discovery, with a group for each silo.</summary>
    /// <param name="from">Address of the sender; null when unknown.</param>
    public IEnumerable<object> Discover(IPAddress? from)
    {
        Observe(_membership.CurrentSnapshot);
        // A silo that serves on loopback is only listed for requests from its own machine, since no other machine can reach it there.
        var here = from is not null && IPAddress.IsLoopback(from) ? Environment.MachineName : null;
        return _targets.List(
            _time.GetUtcNow(), target => target.Host == here || !IPAddress.IsLoopback(IPEndPoint.Parse(target.Address).Address))
            .Select(target => new
            {
                targets = new[] { target.Address },
                labels = new { instance = target.Instance, role = target.Role, host = target.Host },
            });
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(FollowAsync(stoppingToken), LookAsync(stoppingToken));

    /// <summary>Observes every version of the membership, so that a silo that leaves is not mistaken for a lost one.</summary>
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
        _targets.Observe(
            [.. snapshot.Members.Values.Select(member => new SiloSighting(member.Name, Life(member.Status), Target(member)))],
            snapshot.Version.Value,
            _time.GetUtcNow());

    private ScrapeTarget? Target(ClusterMember member)
    {
        var metadata = _metadata.GetSiloMetadata(member.SiloAddress).Metadata;
        // A malformed address in the metadata of one silo must not hide the other silos.
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
