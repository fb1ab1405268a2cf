namespace Sweep.Client.Output;

/// <summary>The names of columns as keys of an object and in a header of CSV, where they must differ.</summary>
internal static class ColumnNames
{
    /// <summary>Gives columns with the same name a number, from the second one on: <c>a</c>, <c>a_2</c>, <c>a_3</c>.</summary>
    public static IReadOnlyList<string> Distinct(IReadOnlyList<string> columns)
    {
        var (names, taken, used) = (new List<string>(), columns.ToHashSet(), new HashSet<string>());
        foreach (var column in columns)
        {
            var name = column;
            for (var number = 2; used.Contains(name) || (name != column && taken.Contains(name)); number++)
                name = $"{column}_{number}";
            used.Add(name);
            names.Add(name);
        }

        return names;
    }
}
