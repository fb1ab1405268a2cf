namespace Sweep.Grains;

/// <summary>Lists which silos are members of the cluster now.</summary>
public interface ILiveWorkers
{
    /// <summary>
    /// The silos in the membership table, by their names. The value is true for a silo that has joined and false for one that is declared
    /// dead.
    /// </summary>
    IReadOnlyDictionary<string, bool> Members { get; }
}

/// <summary>Reads the members from Orleans' membership.</summary>
public sealed class MembershipWorkers(IClusterMembershipService membership) : ILiveWorkers
{
    public IReadOnlyDictionary<string, bool> Members => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status is not (SiloStatus.None or SiloStatus.Created))
        // A user may choose the name of an earlier silo again, so one name may have several entries.
        .GroupBy(member => member.Name)
        .ToDictionary(named => named.Key, named => named.Any(member => member.Status != SiloStatus.Dead));
}
