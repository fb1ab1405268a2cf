namespace Sweep.Client.Export;

/// <summary>What is exported: typed columns, and rows that are read while they are written.</summary>
/// <param name="Rows">A value a column, of its type or null.</param>
internal sealed record ExportTable(IReadOnlyList<ExportColumn> Columns, IAsyncEnumerable<object?[]> Rows);

/// <param name="Type">string, long or double; any value may be missing.</param>
internal sealed record ExportColumn(string Name, Type Type)
{
    public static ExportColumn Text(string name) => new(name, typeof(string));

    public static ExportColumn Whole(string name) => new(name, typeof(long));

    public static ExportColumn Real(string name) => new(name, typeof(double));
}
