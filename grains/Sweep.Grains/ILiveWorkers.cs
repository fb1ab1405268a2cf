namespace Sweep.Grains;

/// <summary>Who is a member of the cluster now.</summary>
public interface ILiveWorkers
{
    /// <summary>Names of the silos that have joined and are not declared dead.</summary>
    IReadOnlySet<string> Names { get; }
}

/// <summary>As Orleans' membership says.</summary>
public sealed class MembershipWorkers(IClusterMembershipService membership) : ILiveWorkers
{
    public IReadOnlySet<string> Names => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping or SiloStatus.Joining)
        .Select(member => member.Name)
        .ToHashSet();
}
