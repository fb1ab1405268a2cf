namespace Sweep.Silo.Monitoring;

/// <summary>
/// The silos that Prometheus scrapes. A silo that died without leaving stays listed for a while, since a target that disappears raises no
/// alarm. Its address and labels are kept here, since the cluster drops the metadata of dead silos.
/// </summary>
public sealed class ScrapeTargets
{
    /// <summary>How long a silo stays listed after its death.</summary>
    public static readonly TimeSpan ListedAfterDeath = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, KnownSilo> _silos = [];
    private long _version = long.MinValue;

    /// <summary>Takes in the silos of the cluster as one version of the membership has them.</summary>
    /// <param name="version">Version of the membership. Updates and looks race, and a version that arrives late changes nothing.</param>
    public void Observe(IReadOnlyList<SiloSighting> sightings, long version, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (version < _version)
                return;
            _version = version;
            foreach (var sighting in sightings)
            {
                var known = _silos.GetValueOrDefault(sighting.Silo) ?? new(null, Left: false, DiedAt: null);
                _silos[sighting.Silo] = sighting.Life switch
                {
                    SiloLife.Active => known with { Target = sighting.Target ?? known.Target },
                    SiloLife.Leaving => known with { Target = sighting.Target ?? known.Target, Left = true },
                    SiloLife.Dead => known with { DiedAt = known.DiedAt ?? now },
                    _ => throw new ArgumentOutOfRangeException(nameof(sightings), sighting.Life, "Not a stage of a silo's life."),
                };
            }

            var seen = sightings.Select(sighting => sighting.Silo).ToHashSet();
            foreach (var gone in _silos.Where(silo => !seen.Contains(silo.Key) && !silo.Value.IsLost(now))
                .Select(silo => silo.Key)
                .ToList())
                _silos.Remove(gone);
        }
    }

    /// <summary>Returns the living silos, and the lost ones whose address no living silo has taken over, ordered by name.</summary>
    /// <param name="isReachable">Only silos that satisfy it are listed. Default: all silos.</param>
    public IReadOnlyList<ScrapeTarget> List(DateTimeOffset now, Predicate<ScrapeTarget>? isReachable = null)
    {
        lock (_gate)
        {
            var reachable = _silos.Values.Where(silo => silo.Target is { } target && isReachable?.Invoke(target) != false).ToList();
            var living = reachable.Where(silo => silo.DiedAt is null).Select(silo => silo.Target!).ToList();
            var taken = living.Select(target => target.Address).ToHashSet();
            var lost = reachable.Where(silo => silo.IsLost(now))
                .Select(silo => silo.Target!)
                .Where(target => !taken.Contains(target.Address));
            return [.. living.Concat(lost).DistinctBy(target => target.Address).OrderBy(target => target.Instance, StringComparer.Ordinal)];
        }
    }

    /// <summary>Counts the living silos, and those that died without leaving within the last <see cref="ListedAfterDeath"/>.</summary>
    public (int Active, int Lost) Count(DateTimeOffset now)
    {
        lock (_gate)
            return (_silos.Values.Count(silo => silo.DiedAt is null), _silos.Values.Count(silo => silo.IsLost(now)));
    }

    private sealed record KnownSilo(ScrapeTarget? Target, bool Left, DateTimeOffset? DiedAt)
    {
        // The target of a silo that was dead before this silo started is not known.
        public bool IsLost(DateTimeOffset now) => Target is not null && !Left && DiedAt is { } at && now - at < ListedAfterDeath;
    }
}
