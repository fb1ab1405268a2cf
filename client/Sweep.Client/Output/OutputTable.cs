using System.Globalization;

namespace Sweep.Client.Output;

/// <summary>How <c>-o</c> may ask for a table.</summary>
internal enum OutputFormat { Table, Json, Csv }

/// <summary>Rows and columns of plain values, before anybody decided how they look.</summary>
/// <param name="Rows">A value a column: null, text, bool, a number, a time; or, for JSON alone, what serializes itself.</param>
internal sealed record OutputTable(IReadOnlyList<OutputColumn> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <param name="Name">In JSON and CSV, snake_case.</param>
/// <param name="Title">Above the column for people.</param>
/// <param name="Format">The value for people; null for its plain form.</param>
/// <param name="Dispensable">Left out where the terminal is too narrow.</param>
internal sealed record OutputColumn(string Name, string Title, Func<object, string>? Format = null, bool RightAligned = false, bool Dispensable = false)
{
    /// <summary>The title on one line: whole again where it is broken for a narrow column.</summary>
    public string Heading => Title.Replace("-\n", "", StringComparison.Ordinal).Replace("\n/", "/", StringComparison.Ordinal).Replace('\n', ' ');

    /// <summary>A column of numbers.</summary>
    public static OutputColumn Number(string name, string title, Func<double, string>? format = null, bool dispensable = false) => new(
        name, title, format is null ? null : value => format(Convert.ToDouble(value, CultureInfo.InvariantCulture)), RightAligned: true, dispensable);

    public string Text(object? value) => value is null ? "" : Format?.Invoke(value) ?? PlainText.Of(value);
}
