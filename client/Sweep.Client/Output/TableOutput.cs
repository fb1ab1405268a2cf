using Spectre.Console;

namespace Sweep.Client.Output;

/// <summary>Tables for people: aligned and as wide as their contents. On a narrow terminal the dispensable columns are left out.</summary>
internal static class TableOutput
{
    private const int Gap = 2;

    public static void Write(Terminal terminal, OutputTable table)
    {
        table = Filled(table);
        var texts = table.Rows.Select(row => table.Columns.Zip(row, Cell).ToArray()).ToList();
        var shown = Fitting(table.Columns, texts, terminal.Width);
        var view = new Table { ShowHeaders = table.Columns.Any(column => column.Title.Length > 0) }.Border(TableBorder.None);
        foreach (var index in shown)
        {
            var column = table.Columns[index];
            var title = terminal.OutputIsTerminal ? column.Title : column.Heading;
            view.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(title)}[/]"))
            {
                NoWrap = !title.Contains('\n', StringComparison.Ordinal),
                Alignment = column.RightAligned ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, index == shown[^1] ? 0 : Gap, 0),
            });
        }

        foreach (var row in texts)
            view.AddRow(shown.Select(index => new Text(row[index])));
        terminal.Console.Write(view);
        if (shown.Count < table.Columns.Count)
        {
            var hidden = table.Columns.Where((_, index) => !shown.Contains(index)).Select(column => column.Heading);
            terminal.Console.MarkupLineInterpolated($"[grey]Not shown for want of width: {string.Join(", ", hidden)}.[/]");
        }

        string Cell(OutputColumn column, object? value) =>
            terminal.OutputIsTerminal ? Printable.Text(column.Text(value)) : column.Text(value);
    }

    /// <summary>The table without the columns that seldom have a value and have none now.</summary>
    private static OutputTable Filled(OutputTable table)
    {
        var empty = table.Columns.Index()
            .Where(column => column.Item.Seldom && table.Rows.All(row => row[column.Index] is null))
            .Select(column => column.Index)
            .ToHashSet();
        return empty.Count == 0 ? table : new([.. Kept(table.Columns)], [.. table.Rows.Select(row => Kept(row).ToList())]);

        IEnumerable<T> Kept<T>(IReadOnlyList<T> all) => all.Where((_, index) => !empty.Contains(index));
    }

    /// <summary>
    /// The indexes of the columns that are shown, in order. Dispensable columns are left out from the right until the rest fits, or until
    /// none is left.
    /// </summary>
    private static List<int> Fitting(IReadOnlyList<OutputColumn> columns, List<string[]> texts, int width)
    {
        var shown = Enumerable.Range(0, columns.Count).ToList();
        while (shown.Sum(index => Width(index) + Gap) - Gap > width
            && shown.FindLastIndex(index => columns[index].Dispensable) is >= 0 and var last)
        {
            shown.RemoveAt(last);
        }

        return shown;

        int Width(int index) => columns[index].Title.Split('\n').Concat(texts.Select(row => row[index])).Max(text => text.Length);
    }
}
