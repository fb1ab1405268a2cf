namespace Sweep.Tests.Structure;

/// <summary>Folders that use each other in a circle: whoever wants to understand one of them has to read all.</summary>
internal static class FolderCircle
{
    /// <summary>The shortest circle among folders; empty when there is none.</summary>
    /// <returns>For each arrow of the circle, in order, one of the uses that make it.</returns>
    public static IReadOnlyList<TypeUse> Shortest(IEnumerable<TypeUse> uses)
    {
        var arrows = uses.Where(use => use.FromFolder != use.ToFolder).OrderBy(use => use.ToString(), StringComparer.Ordinal)
            .DistinctBy(use => (use.FromFolder, use.ToFolder)).ToLookup(use => use.FromFolder);
        return arrows.Select(folder => WayBack(folder.Key, arrows)).OfType<IReadOnlyList<TypeUse>>().MinBy(way => way.Count) ?? [];
    }

    /// <summary>The shortest way from a folder to itself, by breadth; null when there is none.</summary>
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
