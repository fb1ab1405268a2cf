namespace Sweep.Client.Output;

/// <summary>Writes a table in the format of <c>-o</c>.</summary>
internal static class OutputWriter
{
    /// <param name="whenEmpty">The text for people in place of a table without rows.</param>
    public static void Write(this Terminal terminal, OutputTable table, OutputFormat format, string whenEmpty)
    {
        switch (format)
        {
            case OutputFormat.Table when table.Rows.Count == 0:
                terminal.Out.WriteLine(whenEmpty);
                break;
            case OutputFormat.Table when table.Columns.Count == 0:
                terminal.Out.WriteLine($"{(table.Rows.Count == 1 ? "1 row" : $"{table.Rows.Count} rows")} without columns.");
                break;
            case OutputFormat.Table:
                TableOutput.Write(terminal, table);
                break;
            case OutputFormat.Json:
                JsonOutput.Write(terminal.Out, table);
                break;
            case OutputFormat.Csv:
                CsvOutput.Write(terminal.Out, table);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, null);
        }
    }
}
