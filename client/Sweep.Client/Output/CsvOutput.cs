using CsvHelper;

namespace Sweep.Client.Output;

/// <summary>CSV for programs: a header of distinct names, and numbers in the invariant culture.</summary>
internal static class CsvOutput
{
    public static CsvWriterOptions Options { get; } = new() { NewLine = "\n", HasHeader = false, WriteByteOrderMark = false };

    public static void Write(TextWriter writer, OutputTable table)
    {
        using var csv = CsvWriter.Create(writer, Options, leaveOpen: true);
        csv.WriteRecord(ColumnNames.Distinct([.. table.Columns.Select(column => column.Name)]).ToArray());
        foreach (var row in table.Rows)
            csv.WriteRecord(row.Select(PlainText.Of).ToArray());
    }
}
