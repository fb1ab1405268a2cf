using Sweep.Client.Output;

namespace Sweep.Client.Reports.Pages;

/// <summary>A table whose columns can be sorted. Each cell carries its plain value, so that 38.9k sorts after 400.</summary>
internal static class HtmlTable
{
    /// <summary>Number of rows that are shown at first; a button shows the others.</summary>
    private const int RowsAtFirst = 30;

    /// <summary>Number of characters from which on a text is broken into lines.</summary>
    private const int LongestLine = 40;

    /// <param name="filter">An example for the field above the rows that filters them; null for no such field.</param>
    public static Html Of(string name, OutputTable table, string? filter) => Html.Of(
        $"""
        {(filter is null ? Html.Empty : Filter(filter))}<div class="rows" role="region" aria-label="{name}" tabindex="0"><table>
        <caption>{name}</caption>
        <thead><tr>{Html.Join(table.Columns.Select(Head))}</tr></thead>
        <tbody>
        {Html.Join(table.Rows.Select((row, index) => Html.Of(
            $"<tr{new Html(index < RowsAtFirst ? "" : " class=\"more\"")}>{Html.Join(table.Columns.Zip(row, Cell))}</tr>\n")))}</tbody>
        </table></div>
        <p class="all tools"></p>

        """);

    private static Html Filter(string example) => Html.Of(
        $"""
        <p class="tools"><label>Filter <input type="search" data-filter autocomplete="off" spellcheck="false"
        placeholder="{example}"></label> <output></output></p>

        """);

    private static Html Head(OutputColumn column) => Html.Of(
        $"<th scope=\"col\"{Alignment(column, "")} data-name=\"{column.Name}\"{Dispensable(column)}>"
        + $"<button type=\"button\">{column.Heading}</button></th>");

    /// <summary>A cell. That of the trial's number is the row's heading.</summary>
    private static Html Cell(OutputColumn column, object? value)
    {
        var text = column.Text(value);
        var (tag, scope) = column.Name == "number" ? (new Html("th"), new Html(" scope=\"row\"")) : (new Html("td"), Html.Empty);
        var plain = column.Format is null ? Html.Empty : Html.Of($" data-v=\"{PlainText.Of(value)}\"");
        return Html.Of($"<{tag}{scope}{Alignment(column, text)}{plain}>{text}</{tag}>");
    }

    private static Html Alignment(OutputColumn column, string text) => new(
        column.RightAligned ? " class=\"n\"" : text.Length > LongestLine ? " class=\"long\"" : "");

    private static Html Dispensable(OutputColumn column) => new(column.Dispensable ? " data-dispensable" : "");
}
