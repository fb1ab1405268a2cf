using Sweep.Client.Output;

namespace Sweep.Client.Export;

/// <summary>An export: typed columns, and rows that are read while they are written.</summary>
/// <param name="Rows">Rows with one value for each column, which has the column's type or is null.</param>
internal sealed record ExportTable(IReadOnlyList<ExportColumn> Columns, IAsyncEnumerable<object?[]> Rows)
{
    /// <summary>Typed columns whose names differ, though a program may call a parameter or a metric as it likes.</summary>
    public IReadOnlyList<ExportColumn> Columns { get; } =
        [.. Columns.Zip(ColumnNames.Distinct([.. Columns.Select(column => column.Name)]), (column, name) => column with { Name = name })];
}

/// <summary>A column of an export.</summary>
/// <param name="Type">The type of the values: string, long or double. Any value may be null.</param>
internal sealed record ExportColumn(string Name, Type Type)
{
    public static ExportColumn Text(string name) => new(name, typeof(string));

    public static ExportColumn Whole(string name) => new(name, typeof(long));

    public static ExportColumn Real(string name) => new(name, typeof(double));
}
