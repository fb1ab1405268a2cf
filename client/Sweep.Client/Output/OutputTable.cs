using System.Globalization;

namespace Sweep.Client.Output;

/// <summary>The formats of <c>-o</c>.</summary>
internal enum OutputFormat { Table, Json, Csv }

/// <summary>Rows and columns of values, independent of the format in which they are printed.</summary>
/// <param name="Rows">
/// Rows with one value for each column: null, text, bool, a number, a time, or an object that is written as JSON.
/// </param>
internal sealed record OutputTable(IReadOnlyList<OutputColumn> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <summary>A column of a table.</summary>
/// <param name="Name">The name in JSON and CSV, in snake_case.</param>
/// <param name="Title">The title for people. It may have line breaks.</param>
/// <param name="Format">Formats a value for people; null for its plain form.</param>
/// <param name="Dispensable">Whether the column is left out where the terminal is too narrow.</param>
/// <param name="Seldom">Whether people see the column only where a row has a value.</param>
internal sealed record OutputColumn(
    string Name, string Title, Func<object, string>? Format = null, bool RightAligned = false, bool Dispensable = false,
    bool Seldom = false)
{
    /// <summary>The title on one line, without the line breaks and hyphens that keep a column narrow.</summary>
    public string Heading => Title
        .Replace("-\n", "", StringComparison.Ordinal)
        .Replace("\n/", "/", StringComparison.Ordinal)
        .Replace('\n', ' ');

    /// <summary>A column of numbers.</summary>
    public static OutputColumn Number(string name, string title, Func<double, string>? format = null, bool dispensable = false) => new(
        name,
        title,
        format is null ? null : value => format(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        RightAligned: true,
        dispensable);

    public string Text(object? value) => value is null ? "" : Format?.Invoke(value) ?? PlainText.Of(value);
}
