using Microsoft.Extensions.Time.Testing;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Trainer.Data;
using Sweep.Trainer.Training;
using static TorchSharp.torch;

namespace Sweep.Tests.Trainer;

[Collection(TorchCollection.Name)]
public sealed class HeartbeatTests
{
    [Fact]
    public void Steps_are_reported_once_a_second_however_many_there_are()
    {
        var time = new FakeTimeProvider();
        var said = 0;
        var heartbeat = new Heartbeat(time, (_, _) => said++);
        for (var step = 0; step < 1_000; step++)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            heartbeat.Beat();
        }

        Assert.Equal(10, said);
    }

    [Fact]
    public void A_training_reports_how_far_its_epoch_is_while_it_trains_and_that_it_goes_on_while_it_validates()
    {
        using var scope = NewDisposeScope();
        using var text = TextWindowsTests.Load(TrialOrders.Text(2_000));
        // The clock advances by a second each time that it is read.
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
        var trial = TrialOrders.Order(TrialOrders.Parameters(CellKind.Rnn) with { Epochs = 1, BatchSize = 100 }) with { Validation = 0.6 };
        using var windows = new TextWindows(text, trial);
        using var state = new TrainingState(trial, text, CPU);
        var said = new List<TrainerEvent>();
        Assert.True(new TrainingLoop(trial, windows, state, clock, (happened, _) => said.Add(happened), () => null).Run());
        var steps = (windows.Counts.Training + 99) / 100;
        var batches = (windows.Counts.Validation + 511) / 512;
        Assert.Equal(
            [
                // A window of the validation counts for a third of one of the training.
                .. Enumerable.Range(1, steps).Select(step => (double?)Math.Min(100 * step, windows.Counts.Training)
                    / (windows.Counts.Training + (windows.Counts.Validation / 3.0))),
                .. Enumerable.Repeat<double?>(null, batches),
            ],
            said.TakeWhile(happened => happened is not TrainerEvent.EpochFinished)
                .OfType<TrainerEvent.Progress>()
                .Select(progress => progress.Share));
    }
}
