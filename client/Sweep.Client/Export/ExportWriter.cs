using System.Text.Json;
using CsvHelper;
using Parquet;
using Parquet.Schema;
using Sweep.Client.Output;

namespace Sweep.Client.Export;

internal enum ExportFormat { Csv, Json, Parquet }

/// <summary>Writes an export to a stream row by row, so that its size does not matter.</summary>
internal static class ExportWriter
{
    private const int RowsInGroup = 100_000;

    public static Task WriteAsync(this ExportTable table, Stream stream, ExportFormat format, CancellationToken cancellation) =>
        format switch
        {
            ExportFormat.Csv => WriteCsvAsync(table, stream, cancellation),
            ExportFormat.Json => WriteJsonAsync(table, stream, cancellation),
            ExportFormat.Parquet => WriteParquetAsync(table, stream, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };

    private static async Task WriteCsvAsync(ExportTable table, Stream stream, CancellationToken cancellation)
    {
        await using var csv = CsvWriter.Create(stream, CsvOutput.Options, leaveOpen: true);
        await csv.WriteRecordAsync([.. table.Columns.Select(column => column.Name)], cancellation);
        await foreach (var row in table.Rows.WithCancellation(cancellation))
            await csv.WriteRecordAsync([.. row.Select(PlainText.Of)], cancellation);
    }

    private static Task WriteJsonAsync(ExportTable table, Stream stream, CancellationToken cancellation) => JsonSerializer.SerializeAsync(
        stream,
        table.Rows.Select(row => table.Columns.Zip(row).ToDictionary(pair => pair.First.Name, pair => pair.Second)),
        JsonOutput.Options,
        cancellation);

    private static async Task WriteParquetAsync(ExportTable table, Stream stream, CancellationToken cancellation)
    {
        var fields = table.Columns.Select(column => new DataField(column.Name, column.Type, isNullable: true)).ToArray();
        // The format needs a stream that knows its position, which a pipe does not.
        using var memory = stream.CanSeek ? null : new MemoryStream();
        var schema = new ParquetSchema(fields);
        await using (var writer = await ParquetWriter.CreateAsync(schema, memory ?? stream, cancellationToken: cancellation))
        {
            await foreach (var rows in table.Rows.Chunk(RowsInGroup).WithCancellation(cancellation))
            {
                using var group = writer.CreateRowGroup();
                foreach (var (index, field) in fields.Index())
                {
                    var type = table.Columns[index].Type;
                    await (type == typeof(string) ? group.WriteAsync(field, rows.Select(row => (string?)row[index]).ToList()!)
                        : type == typeof(long) ? group.WriteAsync<long>(field, rows.Select(row => (long?)row[index]).ToArray())
                        : group.WriteAsync<double>(field, rows.Select(row => (double?)row[index]).ToArray()));
                }

                group.CompleteValidate();
            }
        }

        if (memory is not null)
            await stream.WriteAsync(memory.GetBuffer().AsMemory(0, (int)memory.Length), cancellation);
    }
}
