using CsvHelper;
using Sweep.Client.Files;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// Reads published numbers from a CSV file: a header, and then one line for each epoch. The columns of parameters select the trials of a
/// line, and the column <c>epoch</c> is required. The columns <c>train_loss</c>, <c>val_loss</c>, <c>val_accuracy</c> and
/// <c>train_seconds</c> (from the start to this epoch) may be missing or empty.
/// </summary>
public static class ReferenceFile
{
    private const int MaxBytes = 1 << 24;

    private static readonly WholeBound Epoch = new("epoch", 1);

    private static readonly string[] Numbers = ["train_loss", "val_loss", "val_accuracy", "train_seconds"];
    private static readonly string[] Columns =
        [.. BuiltInParameters.Catalog.All.Select(definition => definition.Name), "epoch", .. Numbers];

    /// <exception cref="SweepFileException">
    /// The file cannot be read, or one of its lines is wrong. The message has the first line that is wrong.
    /// </exception>
    public static async Task<IReadOnlyList<ReferenceRow>> LoadAsync(string path, CancellationToken cancellation = default)
    {
        var (_, text) = await Utf8File.ReadAsync(
            path, MaxBytes, (found, expected) => new SweepFileException($"{path}: found {found}; {expected}."), cancellation);
        using var csv = CsvReader.FromText(text, new()
        {
            HasHeader = false,
            TrackLineNumbers = true,
            TrimWhitespace = true,
            MalformedData = CsvMalformedDataHandling.Throw,
        });
        try
        {
            return ReadAll(csv, path);
        }
        catch (CsvFormatException error)
        {
            throw new SweepFileException(
                $"{path}:{error.LineNumber}: found text that is not CSV ({error.Message.TrimEnd('.')}); expected values between commas.",
                error);
        }
    }

    private static List<ReferenceRow> ReadAll(CsvReader csv, string path)
    {
        var header = csv.Read()
            ? Fields(csv)
            : throw new SweepFileException($"{path}: found an empty file; expected a header such as cell,epoch,val_loss.");
        foreach (var (place, column) in header.Index())
            CheckColumn(Place(csv, path, column), column, header[..place]);
        if (!header.Contains("epoch") || !Numbers.Any(header.Contains))
        {
            throw Place(csv, path, "").Wrong(
                string.Join(",", header), $"expected the column epoch and at least one of {string.Join(", ", Numbers)}");
        }

        var rows = new List<ReferenceRow>();
        while (csv.Read())
            rows.Add(ReadRow(csv, path, header));
        return rows;
    }

    private static void CheckColumn(YamlScalar place, string column, string[] before)
    {
        if (!Columns.Contains(column))
            throw place.Wrong("an unknown column", NearestKey.Hint(column, Columns));
        if (before.Contains(column))
            throw place.Wrong("the column a second time", "expected it once");
    }

    private static ReferenceRow ReadRow(CsvReader csv, string path, string[] header)
    {
        if (csv.FieldCount != header.Length)
            throw Place(csv, path, "").Wrong($"{csv.FieldCount} values", $"expected {header.Length}, one a column");
        // Each value is read as YAML, so that a list of widths is written as in a sweep file.
        var values = header.Zip(Fields(csv)).ToDictionary(
            pair => pair.First,
            pair => pair.Second.Length == 0
                ? Place(csv, path, pair.First)
                : YamlTreeReader.Read(pair.Second, pair.First, _ => Place(csv, path, "").Origin));
        var parameters = BuiltInParameters.Catalog.All
            .Where(definition => values.ContainsKey(definition.Name))
            .ToDictionary(definition => definition.Name, definition => ParameterReader.ReadValue(definition, values[definition.Name]));
        return new(
            parameters, ReadEpoch(values["epoch"]), Number("train_loss"), Number("val_loss"), Number("val_accuracy"),
            Number("train_seconds"));

        double? Number(string column) =>
            values.TryGetValue(column, out var node) && node is not YamlScalar { IsNothing: true } ? PlainValue.Real(node) : null;
    }

    private static int ReadEpoch(YamlNode node) =>
        PlainValue.Whole(node, Epoch) is >= 1 and var epoch ? (int)epoch : throw node.Wrong(Epoch.Expected);

    private static string[] Fields(CsvReader csv) => [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)];

    private static YamlScalar Place(CsvReader csv, string path, string column) => new(new(path, csv.LineNumber), column, "", Quoted: false);
}
