using System.Text;
using System.Text.Json;
using Parquet;
using Sweep.Tests.Reports;
using Sweep.Tests.Storage;

namespace Sweep.Tests.Client;

/// <summary>The exports of sweeps of programs: a column for each of their own parameters and metrics.</summary>
public sealed class ProgramExportTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_parameter_and_metric_has_a_column_whatever_its_name_is()
    {
        await ProgramRows.AddAsync(database, ProgramRows.Spec("columns"));
        var trials = (await OutputAsync("trials")).Split('\n');
        Assert.Equal(
            "number,state,attempt,optimizer,learning_rate,best,step-size,epochs,seed,epochs_done,best_value,"
                + "best_epoch,best_score/f1,best___proto__,best_best,best_constructor,best_number,best_step-size,best_train_seconds,"
                + "best_val/top-5,last_epoch,last_score/f1,last___proto__,last_best,last_constructor,last_number,last_step-size,"
                + "last_train_seconds,last_val/top-5,train_seconds,train_processor_seconds,peak_memory_bytes,worker,reason",
            trials[0]);
        Assert.Equal(
            "1,succeeded,1,adam,slow,1,0.5,6,42,6,80.37,5,80.37,1001.005,2001.005,3001.005,4001.005,5001.005,6001.005,7001.005,"
                + "6,79.37,1001.006,2001.006,3001.006,4001.006,5001.006,6001.006,7001.006,2.5,1,90000000,,",
            trials[1]);
        Assert.Equal(13, trials.Count(line => line.Length > 0));

        var epochs = (await OutputAsync("epochs")).Split('\n');
        // The trial's number is one column, and the metric of this name another.
        Assert.Equal(
            "number,attempt,epoch,seconds,score/f1,__proto__,best,constructor,number_2,step-size,train_seconds,val/top-5", epochs[0]);
        Assert.Equal("1,1,1,0.25,64.37,1001.001,,3001.001,4001.001,5001.001,6001.001,7001.001", epochs[1]);

        var points = (await OutputAsync("points")).Split('\n');
        Assert.StartsWith("rank,first_trial,optimizer,learning_rate,best,step-size,epochs,trials,succeeded,mean,deviation,low,high,"
            + "mean_best_score/f1,mean_best___proto__", points[0]);
        Assert.EndsWith("mean_train_seconds,mean_train_processor_seconds,mean_peak_memory_bytes", points[0]);
    }

    [Theory]
    [InlineData("epochs")]
    [InlineData("trials")]
    [InlineData("points")]
    public async Task Json_and_parquet_have_the_same_columns(string what)
    {
        var name = $"formats-{what}";
        await ProgramRows.AddAsync(database, ProgramRows.Spec(name, epochs: null));
        var columns = (await OutputAsync(what, name)).Split('\n')[0].Split(',');
        Assert.DoesNotContain("epochs", columns);
        var rows = JsonDocument.Parse(await OutputAsync(what, name, "--format", "json")).RootElement;
        Assert.Equal(columns, rows[0].EnumerateObject().Select(member => member.Name));
        using var stream = new MemoryStream(await BytesAsync(what, name, "--format", "parquet"));
        await using var parquet = await ParquetReader.CreateAsync(stream, cancellationToken: Cancellation);
        Assert.Equal(columns, parquet.Schema.Fields.Select(field => field.Name));
    }

    private async Task<string> OutputAsync(string what, string name = "columns", params string[] more) =>
        Encoding.UTF8.GetString(await BytesAsync(what, name, more));

    private async Task<byte[]> BytesAsync(string what, string name, params string[] more)
    {
        var file = Path.Combine(Path.GetTempPath(), $"{name}-{what}-{Environment.ProcessId}");
        var (code, _, error) = await Samples.RunAsync(
            ["export", name, "--what", what, "--output", file, .. more, "--postgres", database.Source.ConnectionString]);
        Assert.Equal((0, ""), (code, error));
        var output = await File.ReadAllBytesAsync(file, Cancellation);
        File.Delete(file);
        return output;
    }
}
