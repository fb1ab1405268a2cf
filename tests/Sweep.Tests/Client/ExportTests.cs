using System.Text;
using System.Text.Json;
using Parquet.Serialization;
using Sweep.Client.Export;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;
using Sweep.Tests.Search;

namespace Sweep.Tests.Client;

public sealed class ExportTests
{
    private static readonly TrialSummary[] Trials =
        [Samples.Trial(1, TrialState.Succeeded), Samples.Trial(2, TrialState.Queued, epochsDone: 0)];

    [Fact]
    public async Task Csv_has_a_line_a_trial_with_empty_fields_for_what_was_not_measured()
    {
        var lines = Encoding.UTF8.GetString(await Write(ExportFormat.Csv))
            .Replace("be, or\nnot", "be, or not", StringComparison.Ordinal).TrimEnd('\n').Split('\n');
        Assert.StartsWith("number,state,attempt,cell,sequence_length,", lines[0]);
        Assert.StartsWith("1,succeeded,1,rnn,10,", lines[1]);
        Assert.EndsWith("\"To be, or not \"\"to\"\" be\"", lines[1]);
        Assert.Equal(3, lines.Length);
        Assert.Equal(lines[0].Split(',').Length, lines[2].Split(',').Length);
    }

    [Fact]
    public async Task Json_has_an_object_a_trial_with_numbers_as_they_are()
    {
        var rows = JsonDocument.Parse(await Write(ExportFormat.Json)).RootElement;
        Assert.Equal(1.8421, rows[0].GetProperty("best_val_loss").GetDouble());
        Assert.Equal(44_332, rows[0].GetProperty("model_parameters").GetInt64());
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("best_val_loss").ValueKind);
    }

    [Fact]
    public async Task Parquet_reads_back_the_same_values()
    {
        using var stream = new MemoryStream(await Write(ExportFormat.Parquet));
        var rows = (await ParquetSerializer.DeserializeUntypedAsync(stream, cancellationToken: TestContext.Current.CancellationToken)).Data;
        Assert.Equal(2, rows.Count);
        Assert.Equal(1.8421, rows[0]["best_val_loss"]);
        Assert.Equal("rnn", rows[0]["cell"]);
        Assert.Equal(10L, rows[0]["sequence_length"]);
        Assert.Null(rows[1].GetValueOrDefault("best_val_loss"));
    }

    [Fact]
    public async Task Points_are_the_means_over_seeds_with_their_interval()
    {
        var trials = Enumerable.Range(1, 4)
            .Select(number => Samples.Trial(number, TrialState.Succeeded) is var trial && number < 4 ? trial with
            {
                Parameters = trial.Parameters.With("seed", new ParameterValue.Whole(number)),
                BestValue = number,
            }
            : trial with { Parameters = trial.Parameters.With("hidden_size", new ParameterValue.Whole(7)), BestValue = 9 })
            .ToList();
        var spec = Spaces.Spec(Spaces.Of(
            Spaces.Choice("hidden_size", Spaces.Whole(128), Spaces.Whole(7)),
            Spaces.Choice("seed", Spaces.Whole(1), Spaces.Whole(2), Spaces.Whole(3))));
        using var stream = new MemoryStream();
        await PointExport.Of(spec, trials).WriteAsync(stream, ExportFormat.Json, TestContext.Current.CancellationToken);
        var rows = JsonDocument.Parse(stream.ToArray()).RootElement;
        Assert.Equal(2, rows.GetArrayLength());
        // Of 1, 2 and 3 the mean is 2 and the deviation 1; the t quantile for two degrees of freedom is 4.3027.
        Assert.Equal((1, 3, 3, 2.0, 1.0), (
            rows[0].GetProperty("first_trial").GetInt32(), rows[0].GetProperty("trials").GetInt32(),
            rows[0].GetProperty("succeeded").GetInt32(), rows[0].GetProperty("mean").GetDouble(),
            rows[0].GetProperty("deviation").GetDouble()));
        Assert.Equal(2 + (4.302653 / Math.Sqrt(3)), rows[0].GetProperty("high").GetDouble(), 1e-5);
        Assert.Equal(1.8421, rows[0].GetProperty("mean_best_val_loss").GetDouble(), 1e-9);
        Assert.Equal((4, 7, JsonValueKind.Null), (
            rows[1].GetProperty("first_trial").GetInt32(), rows[1].GetProperty("hidden_size").GetInt32(),
            rows[1].GetProperty("low").ValueKind));
        Assert.False(rows[0].TryGetProperty("seed", out _));
    }

    private static async Task<byte[]> Write(ExportFormat format)
    {
        using var stream = new MemoryStream();
        await TrialExport.Of(Samples.Spec(), Trials).WriteAsync(stream, format, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }
}
