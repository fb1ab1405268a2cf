using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace Sweep.Grains;

/// <summary>Places a grain on silos of a role as long as there are any, and else wherever it can live: without its home a cluster still goes on.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PlaceOnAttribute(SiloRole role) : PlacementFilterAttribute(new RolePlacement(role));

/// <summary>The filter behind <see cref="PlaceOnAttribute"/>: the ones of Orleans compare with the silo that calls.</summary>
public sealed class RolePlacement(SiloRole role) : PlacementFilterStrategy(order: 0)
{
    private const string Property = "role";

    /// <summary>For Orleans, which fills in the role from the grain's properties.</summary>
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

/// <summary>Asks the silos' metadata for their roles.</summary>
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

    // A silo that nothing is known of yet may be anything.
    private SiloRole Role(SiloAddress silo) =>
        metadata.GetSiloMetadata(silo).Metadata.TryGetValue(RoleKey, out var role) && Enum.TryParse<SiloRole>(role, out var known) ? known : SiloRole.Both;
}
