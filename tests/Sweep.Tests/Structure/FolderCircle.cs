namespace Sweep.Tests.Structure;

/// <summary>Finds folders that use each other in a circle. To understand one of them, a reader has to read all of them.</summary>
internal static class FolderCircle
{
    /// <summary>Returns the shortest circle among folders; empty when there is none.</summary>
    /// <returns>One use for each step of the circle, in the order of the circle.</returns>
    public static IReadOnlyList<TypeUse> Shortest(IEnumerable<TypeUse> uses)
    {
        var arrows = uses.Where(use => use.FromFolder != use.ToFolder).OrderBy(use => use.ToString(), StringComparer.Ordinal)
            .DistinctBy(use => (use.FromFolder, use.ToFolder)).ToLookup(use => use.FromFolder);
        return arrows.Select(folder => WayBack(folder.Key, arrows)).OfType<IReadOnlyList<TypeUse>>().MinBy(way => way.Count) ?? [];
    }

    /// <summary>Finds the shortest way from a folder back to itself by a breadth-first search; null when there is none.</summary>
    private static IReadOnlyList<TypeUse>? WayBack(string folder, ILookup<string, TypeUse> arrows)
    {
        var seen = new HashSet<string>();
        var ways = new Queue<IReadOnlyList<TypeUse>>([[]]);
        while (ways.TryDequeue(out var way))
        {
            if (way is [.., var last] && last.ToFolder == folder)
                return way;
            foreach (var arrow in arrows[way is [.., var end] ? end.ToFolder : folder].Where(arrow => seen.Add(arrow.ToFolder)))
                ways.Enqueue([.. way, arrow]);
        }

        return null;
    }
}
