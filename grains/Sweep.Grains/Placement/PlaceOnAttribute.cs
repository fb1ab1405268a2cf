using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace Sweep.Grains;

/// <summary>
/// Places a grain on silos of a role as long as there are any, and otherwise on any silo, so that a cluster goes on without such silos.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PlaceOnAttribute(SiloRole role) : PlacementFilterAttribute(new RolePlacement(role));

/// <summary>
/// The filter behind <see cref="PlaceOnAttribute"/>. Orleans' own filters do not fit, since they compare with the silo that calls.
/// </summary>
public sealed class RolePlacement(SiloRole role) : PlacementFilterStrategy(order: 0)
{
    private const string Property = "role";

    /// <summary>The constructor that Orleans calls before it sets the role from the grain's properties.</summary>
    public RolePlacement()
        : this(SiloRole.Both)
    {
    }

    public SiloRole Role { get; private set; } = role;

    public override void AdditionalInitialize(GrainProperties properties) =>
        Role = Enum.Parse<SiloRole>(GetPlacementFilterGrainProperty(Property, properties)!);

    protected override IEnumerable<KeyValuePair<string, string>> GetAdditionalGrainProperties(
        IServiceProvider services, Type grainClass, GrainType grainType, IReadOnlyDictionary<string, string> existingProperties) =>
        [new(Property, Role.ToString())];
}

/// <summary>Filters the silos by the role in their metadata.</summary>
public sealed class RolePlacementDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    /// <summary>The key of a silo's role in its metadata.</summary>
    public const string RoleKey = "sweep.role";

    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var wanted = ((RolePlacement)filterStrategy).Role;
        var all = silos.ToList();
        var suited = all.Where(silo => Role(silo).HasFlag(wanted)).ToList();
        return suited.Count > 0 ? suited : all;
    }

    // A silo whose metadata has not arrived yet may have any role.
    private SiloRole Role(SiloAddress silo) =>
        metadata.GetSiloMetadata(silo).Metadata.TryGetValue(RoleKey, out var role) && Enum.TryParse<SiloRole>(role, out var known)
            ? known
            : SiloRole.Both;
}
