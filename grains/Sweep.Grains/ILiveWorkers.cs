namespace Sweep.Grains;

/// <summary>Who is a member of the cluster now.</summary>
public interface ILiveWorkers
{
    /// <summary>The silos that the membership knows, by their names: true for those that have joined, false for those that are declared dead.</summary>
    IReadOnlyDictionary<string, bool> Members { get; }
}

/// <summary>As Orleans' membership says.</summary>
public sealed class MembershipWorkers(IClusterMembershipService membership) : ILiveWorkers
{
    public IReadOnlyDictionary<string, bool> Members => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status is not (SiloStatus.None or SiloStatus.Created))
        // A name that was chosen may have been that of a silo before.
        .GroupBy(member => member.Name)
        .ToDictionary(named => named.Key, named => named.Any(member => member.Status != SiloStatus.Dead));
}
