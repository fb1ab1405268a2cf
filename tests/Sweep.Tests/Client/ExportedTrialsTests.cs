using System.Text.Json;
using Sweep.Client.Export;
using Sweep.Tests.Reports;
using Sweep.Tests.Storage;

namespace Sweep.Tests.Client;

/// <summary>Holds the exported trials against the rows of a real database.</summary>
public sealed class ExportedTrialsTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_column_that_SQL_has_too_carries_the_same_values()
    {
        await ReportRows.AddNineAsync(database, "exported");
        var sweep = (await database.Reader.FindAsync("exported", Cancellation))!;
        using var stream = new MemoryStream();
        await TrialExport.Of(sweep.Spec, await database.Reader.TrialsAsync(sweep.Id, Cancellation))
            .WriteAsync(stream, ExportFormat.Json, Cancellation);
        var exported = JsonDocument.Parse(stream.ToArray()).RootElement.EnumerateArray()
            .OrderBy(row => row.GetProperty("number").GetInt32()).ToList();
        var stored = (await database.Reader.QueryAsync(
                "select to_jsonb(trial_summary)::text from trial_summary where sweep = 'exported' order by number", Cancellation)).Rows
            .Select(row => JsonDocument.Parse((string)row[0]!).RootElement).ToList();
        Assert.Equal(9, exported.Count);
        var names = exported[0].EnumerateObject().Select(property => property.Name)
            .Where(name => stored[0].TryGetProperty(name, out _)).ToList();
        Assert.Superset(
            new HashSet<string>
            {
                "train_seconds", "validation_seconds", "train_processor_seconds", "validation_processor_seconds", "inference_ms",
                "inference_ms_low", "inference_ms_high", "macs", "peak_memory_bytes", "last_val_loss", "best_value", "prompt",
            },
            names.ToHashSet());
        foreach (var (here, there) in exported.Zip(stored))
        {
            Assert.All(names, name => Assert.Equal((name, Text(there.GetProperty(name))), (name, Text(here.GetProperty(name)))));
            Assert.NotEqual(here.GetProperty("train_seconds").GetDouble(), here.GetProperty("train_processor_seconds").GetDouble());
        }

        static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Number ? $"{value.GetDouble():R}" : value.ToString();
    }
}
