using Sweep.Client.SweepFiles;
using Sweep.Domain.Search;

namespace Sweep.Tests.SweepFiles;

public sealed class ReferenceFileTests
{
    [Fact]
    public async Task The_published_numbers_of_next_character_are_complete()
    {
        var rows = await ReferenceFile.LoadAsync(
            RepositoryFolder.Join("examples", "reference", "next-character.csv"), TestContext.Current.CancellationToken);
        // The file has a row for every tenth of the 100 epochs of 9 trainings, and a training time in the last row of each.
        Assert.Equal(90, rows.Count);
        Assert.All(rows, row => Assert.True(row.TrainLoss > 0 && row.ValLoss > 0 && row.ValAccuracy is > 0 and < 1));
        Assert.Equal(9, rows.Count(row => row.TrainSeconds > 0 && row.Epoch == 100));
        Assert.Equal(9, rows.Select(row => (row.Parameters["cell"], row.Parameters["sequence_length"])).Distinct().Count());
        var first = rows.Single(row => row.Epoch == 10
            && row.Parameters["cell"] is ParameterValue.Word { Text: "rnn" }
            && row.Parameters["sequence_length"] is ParameterValue.Whole { Number: 10 });
        Assert.Equal(2.2318365573883057, first.TrainLoss);
    }

    [Fact]
    public async Task The_published_numbers_of_tinyshakespeare_are_complete()
    {
        var rows = await ReferenceFile.LoadAsync(
            RepositoryFolder.Join("examples", "reference", "tinyshakespeare.csv"), TestContext.Current.CancellationToken);
        Assert.Equal(120, rows.Count);
        Assert.All(rows, row => Assert.Equal(row.Epoch == 20, row is { ValAccuracy: > 0.5, TrainSeconds: > 0, ValLoss: null }));
    }

    [Theory]
    [InlineData("", "x.csv: found an empty file; expected a header such as cell,epoch,val_loss.")]
    [InlineData("cell,epoch,val_los\nrnn,1,2", "x.csv:1: val_los: found an unknown column; the nearest known key is val_loss.")]
    [InlineData("cell,epoch,epoch\n", "x.csv:1: epoch: found the column a second time; expected it once.")]
    [InlineData(
        "cell,val_loss\nrnn,2",
        "x.csv:1: found cell,val_loss; expected the column epoch and at least one of train_loss, val_loss, val_accuracy, train_seconds.")]
    [InlineData("cell,epoch,val_loss\nrnn,1", "x.csv:2: found 2 values; expected 3, one a column.")]
    [InlineData("cell,epoch,val_loss\nrnn,1,2\nrnn,0,2", "x.csv:3: epoch: found 0; expected a whole number of at least 1.")]
    [InlineData("cell,epoch,val_loss\nrrn,1,2", "x.csv:2: cell: found rrn; expected one of rnn, lstm, gru.")]
    [InlineData("cell,epoch,val_loss\n,1,2", "x.csv:2: cell: found nothing; expected one of rnn, lstm, gru.")]
    [InlineData("cell,epoch,val_loss\nrnn,1,low", "x.csv:2: val_loss: found low; expected a number.")]
    [InlineData("cell,epoch,val_loss\nrnn,1,nan", "x.csv:2: val_loss: found nan; expected a number.")]
    [InlineData("cell,epoch,val_loss\nrnn,1,[2", null)]
    [InlineData("cell,epoch,val_loss\nrnn,1,\"2", null)]
    public async Task A_wrong_file_is_refused_with_its_line(string text, string? expected)
    {
        using var folder = new SweepFileFolder();
        var error = await Assert.ThrowsAsync<SweepFileException>(
            () => ReferenceFile.LoadAsync(folder.Write("x.csv", text), TestContext.Current.CancellationToken));
        var message = error.Message.Replace($"{folder.Path}/", "", StringComparison.Ordinal);
        if (expected is null)
            Assert.StartsWith("x.csv:2: ", message, StringComparison.Ordinal);
        else
            Assert.Equal(expected, message);
    }

    [Fact]
    public async Task Any_parameter_may_identify_a_training()
    {
        using var folder = new SweepFileFolder();
        var file = folder.Write(
            "x.csv", "fully_connected, batch_size, learning_rate, epoch, val_loss\n\"[64, 32]\", full, 1e-3, 5, 1.5\n[], 128, 1, 6,\n");
        var rows = await ReferenceFile.LoadAsync(file, TestContext.Current.CancellationToken);
        string[] names = ["fully_connected", "batch_size", "learning_rate"];
        Assert.Equal("[64, 32] full 0.001", string.Join(" ", names.Select(name => rows[0].Parameters[name])));
        Assert.Equal((5, 1.5), (rows[0].Epoch, rows[0].ValLoss!.Value));
        Assert.Null(rows[1].ValLoss);
        Assert.Equal(new ParameterValue.Widths([]), rows[1].Parameters["fully_connected"]);
    }
}
