using Sweep.Client.Output;

namespace Sweep.Client.Reports.Pages;

/// <summary>A table whose columns can be sorted. Each cell carries its plain value, so that 38.9k sorts after 400.</summary>
internal static class HtmlTable
{
    /// <summary>Number of rows that are shown at first; a button shows the others.</summary>
    private const int RowsAtFirst = 30;

    public static Html Of(string name, OutputTable table) => Html.Of(
        $"""
        <div class="rows" role="region" aria-label="{name}" tabindex="0"><table>
        <thead><tr>{Html.Join(table.Columns.Select(Head))}</tr></thead>
        <tbody>
        {Html.Join(table.Rows.Select((row, index) => Html.Of(
            $"<tr{new Html(index < RowsAtFirst ? "" : " class=\"more\"")}>{Html.Join(table.Columns.Zip(row, Cell))}</tr>\n")))}</tbody>
        </table></div>
        {More(table.Rows.Count)}
        """);

    private static Html More(int rows) => rows <= RowsAtFirst
        ? Html.Empty
        : Html.Of(
            $"<p class=\"all\"><button type=\"button\" data-all>Show all {rows}</button> " +
            $"<span>{RowsAtFirst} of {rows} rows are shown.</span></p>\n");

    private static Html Head(OutputColumn column) => Html.Of(
        $"<th scope=\"col\"{Alignment(column)} data-name=\"{column.Name}\"><button type=\"button\">{column.Heading}</button></th>");

    private static Html Cell(OutputColumn column, object? value) => column.Format is null
        ? Html.Of($"<td{Alignment(column)}>{column.Text(value)}</td>")
        : Html.Of($"<td{Alignment(column)} data-v=\"{PlainText.Of(value)}\">{column.Text(value)}</td>");

    private static Html Alignment(OutputColumn column) => new(column.RightAligned ? " class=\"n\"" : "");
}
