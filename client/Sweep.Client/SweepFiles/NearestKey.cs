namespace Sweep.Client.SweepFiles;

/// <summary>The known key that a misspelt one was probably meant to be.</summary>
internal static class NearestKey
{
    /// <returns>The rest of the sentence: the nearest key, or all of them when none is near.</returns>
    public static string Hint(string key, IReadOnlyCollection<string> known)
    {
        if (key.Length <= 100)
        {
            var (nearest, distance) = known.Select(candidate => (candidate, Distance: Distance(key, candidate))).MinBy(pair => pair.Distance);
            if (distance <= Math.Max(2, nearest.Length / 2))
                return $"the nearest known key is {nearest}";
        }

        return $"expected one of {string.Join(", ", known)}";
    }

    /// <summary>Fewest insertions, deletions and replacements of a character. Source: Wagner and Fischer, Journal of the ACM 21(1), 1974.</summary>
    public static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
