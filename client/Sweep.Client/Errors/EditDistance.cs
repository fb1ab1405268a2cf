namespace Sweep.Client.Errors;

/// <summary>The distance of a misspelt word from a known one.</summary>
internal static class EditDistance
{
    /// <summary>
    /// The least number of insertions, deletions and replacements of a character. Source: Wagner and Fischer, Journal of the ACM 21(1),
    /// 1974.
    /// </summary>
    public static int Between(string from, string to)
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
