using System.Globalization;
using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Trainer.Data;
using TorchSharp;

namespace Sweep.Trainer.Training;

/// <summary>The trainer's log: short lines on standard error, which the silo keeps with the trial.</summary>
internal sealed class TrainerLog(TextWriter writer)
{
    public void Started(TrainerCommand.Train trial, TextDataset text, WindowCounts windows, torch.Device device)
    {
        var shape = ModelShape.Of(trial.Parameters, text.Vocabulary.Size);
        Line(
            $"attempt {trial.Attempt} of {TrialId.From(trial.Trial)} starts on {device}: {text.Characters} characters, {shape
                .Vocabulary} distinct, {windows.Training} training and {windows.Validation} validation windows{(windows.Test == 0
                ? "" : $" and {windows.Test} for the test")}, {shape.Parameters} parameters");
    }

    public void BeganFrom(int epoch) => Line($"began from the weights that another trial had after epoch {epoch}");

    public void IgnoredPrecision(Precision precision) =>
        Line($"trains in float32: precision {precision.ToString().ToLowerInvariant()} is for GPUs, and this is a CPU");

    public void Resumed(int epoch, int step) => Line($"resumed after epoch {epoch} and step {step}");

    /// <param name="before">Where the checkpoint was made.</param>
    public void WentElsewhere(AttemptEnvironment before, AttemptEnvironment here) =>
        Line(
            $"the checkpoint was made on {before} and goes on on {here}, "
                + "so the numbers may differ in their last bits from those of an undisturbed run");

    public void KeptThreads(int threads, int own) =>
        Line($"trains with {threads} threads, as the trial began; this trainer's own number is {own}");

    public void CheckpointWritten(int epoch, int step, int bytes) =>
        Line($"checkpoint written after epoch {epoch} and step {step}, {bytes} bytes");

    public void Finished(TrialResult result) => Line($"finished after {result.TrainSeconds:0.0} s of training");

    public void Stopped() => Line("stopped");

    public void Failed(FailureReason reason, string message) => Line($"failed ({reason.Name()}): {message}");

    /// <summary>Writes the line that separates the log of one attempt from the log of the next.</summary>
    public void Mark() => Line(LogMark.Line);

    /// <summary>Writes an unexpected error with its stack trace.</summary>
    public void Defect(Exception error) => Line(error.ToString());

    /// <summary>Writes why the process ends.</summary>
    public void Ending(string reason) => Line($"the trainer ends: {reason}");

    private void Line(FormattableString text) => Line(text.ToString(CultureInfo.InvariantCulture));

    private void Line(string text) => writer.WriteLine(text);
}
