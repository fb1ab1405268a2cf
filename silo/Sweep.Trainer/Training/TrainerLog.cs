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
        Line($"attempt {trial.Attempt} of {TrialId.From(trial.Trial)} starts on {device}: {text.Characters} characters, {shape.Vocabulary} distinct, {windows.Training} training and {windows.Validation} validation windows, {shape.Parameters} parameters");
    }

    public void Resumed(int epoch, int step) => Line($"resumed after epoch {epoch} and step {step}");

    public void CheckpointWritten(int epoch, int step, int bytes) => Line($"checkpoint written after epoch {epoch} and step {step}, {bytes} bytes");

    public void Finished(TrialResult result) => Line($"finished after {result.TrainSeconds:0.0} s of training");

    public void Stopped() => Line("stopped");

    public void Failed(FailureReason reason, string message) => Line($"failed ({reason.Name()}): {message}");

    /// <summary>What follows belongs to the next attempt.</summary>
    public void Mark() => Line(LogMark.Line);

    /// <summary>Where an error came from that nobody expects.</summary>
    public void Defect(Exception error) => Line(error.ToString());

    /// <summary>The process cannot go on.</summary>
    public void Ending(string reason) => Line($"the trainer ends: {reason}");

    private void Line(FormattableString text) => Line(text.ToString(CultureInfo.InvariantCulture));

    private void Line(string text) => writer.WriteLine(text);
}
