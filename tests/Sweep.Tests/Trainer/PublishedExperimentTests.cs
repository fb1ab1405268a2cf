using System.Text;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;

namespace Sweep.Tests.Trainer;

/// <summary>Trains the quickest of the published experiment's nine trials on the published text, to the end.</summary>
public sealed class PublishedExperimentTests
{
    [Theory]
    [InlineData(CellKind.Rnn, 10, 476)]
    public async Task A_trial_ends_with_losses_and_accuracies_near_the_published_ones(CellKind cell, int length, int validationWindows)
    {
        var path = Path.Combine(
            Environment.GetEnvironmentVariable("SWEEP_DATA") ?? Path.Combine(Repository(), "..", "shared", "data"), "next-character.txt");
        Assert.SkipUnless(File.Exists(path), $"{path} is not there: SWEEP_DATA names the folder of the published text.");
        var parameters = TrialOrders.Parameters(cell) with
        {
            SequenceLength = length,
            HiddenSize = 128,
            LearningRate = 0.005,
            BatchSize = null,
            Epochs = 100,
        };
        using var trainer = new TrainerProgram();
        await trainer.Load(await File.ReadAllTextAsync(path, Encoding.UTF8, TestContext.Current.CancellationToken));
        await trainer.SendAsync(TrialOrders.Order(parameters));

        var (succeeded, _, before) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();

        var epochs = before.Select(pair => pair.Message).OfType<TrainerEvent.EpochFinished>().Select(epoch => epoch.Report).ToList();
        Assert.Equal(validationWindows, succeeded.Result.ValidationWindows);
        Assert.Equal(100, epochs.Count);
        Assert.InRange(epochs[^1].TrainLoss, 0, 0.20);
        Assert.InRange(epochs[^1].ValAccuracy, 0.45, 0.57);
        Assert.InRange(epochs.Min(epoch => epoch.ValLoss), 1.75, 2.05);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sweep.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
