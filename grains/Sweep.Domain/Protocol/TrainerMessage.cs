using System.Text.Json.Serialization;
using Sweep.Domain.Programs;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Protocol;

/// <summary>A message from a silo to its trainer process. It may carry bytes beside it: see <see cref="Frame"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(LoadDataset), "load-dataset")]
[JsonDerivedType(typeof(LoadCheckpoint), "load-checkpoint")]
[JsonDerivedType(typeof(Train), "train")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(Generate), "generate")]
[JsonDerivedType(typeof(GoOn), "go-on")]
[JsonDerivedType(typeof(LoadFolder), "load-folder")]
[JsonDerivedType(typeof(RunProgram), "run-program")]
public abstract record TrainerCommand
{
    private TrainerCommand() { }

    /// <summary>The bytes are the text, UTF-8. It stays loaded until another one comes.</summary>
    public sealed record LoadDataset(string Sha256) : TrainerCommand;

    /// <summary>
    /// The bytes are a checkpoint. The next <see cref="Train"/> goes on from it, and the next <see cref="Generate"/> uses its best weights.
    /// Or they are <see cref="Models.TrialWeights"/>, from which the next <see cref="Train"/> begins.
    /// </summary>
    public sealed record LoadCheckpoint(string Sha256) : TrainerCommand;

    /// <summary>Trains one attempt on the loaded text, from the loaded checkpoint if there is one.</summary>
    /// <param name="Objective">Decides which epoch is the best.</param>
    /// <param name="CheckpointEvery">Seconds between checkpoints; 0 for each epoch.</param>
    /// <param name="Test">Share of the windows held out for the test; 0 for none.</param>
    /// <param name="FirstTarget">See <see cref="DatasetSpec.FirstTarget"/>.</param>
    /// <param name="SplitSeed">The sweep's seed when all trials have the same targets; otherwise null.</param>
    /// <param name="JudgedAt">
    /// The epochs at whose ends the trainer waits for <see cref="GoOn"/> or <see cref="Stop"/>; null for none. The last epoch of the trial
    /// is never one of them.
    /// </param>
    /// <param name="Precision">See <see cref="SweepSpec.Precision"/>.</param>
    public sealed record Train(
        long Trial,
        int Attempt,
        TrialParameters Parameters,
        SplitKind Split,
        double Validation,
        Objective Objective,
        double CheckpointEvery,
        double Test = 0,
        int? FirstTarget = null,
        long? SplitSeed = null,
        IReadOnlyList<int>? JudgedAt = null,
        Precision? Precision = null) : TrainerCommand;

    /// <summary>The bytes are a program's folder: see <see cref="FolderArchive"/>. It stays loaded until another one comes.</summary>
    public sealed record LoadFolder(string Sha256) : TrainerCommand;

    /// <summary>Runs one attempt of a program in the loaded folder, from the loaded checkpoint if there is one.</summary>
    /// <param name="Name">The trial as people know it, such as <c>next-character/3</c>.</param>
    /// <param name="Arguments">The program and its arguments, with the trial's values in them.</param>
    /// <param name="Parameters">The parameters that the sweep file names, as an object of JSON.</param>
    /// <param name="Seed">The trial's seed.</param>
    /// <param name="Objective">The metric that each report has, and which decides which epoch is the best.</param>
    /// <param name="Program">Everything else that the sweep file says of the program.</param>
    /// <param name="Epochs">The most epochs that are reported; null for no limit.</param>
    /// <param name="CheckpointEvery">See <see cref="Train"/>; likewise <paramref name="JudgedAt"/>.</param>
    /// <param name="Devices">The device of each slot that the trial takes; null for that of the runner alone.</param>
    public sealed record RunProgram(
        string Name,
        int Attempt,
        IReadOnlyList<string> Arguments,
        string Parameters,
        long Seed,
        Objective Objective,
        ProgramSpec Program,
        int? Epochs,
        double CheckpointEvery,
        IReadOnlyList<int>? JudgedAt = null,
        IReadOnlyList<string>? Devices = null) : TrainerCommand;

    /// <summary>Ends the wait at the end of an epoch at which the trial was judged. At any other time it means nothing.</summary>
    public sealed record GoOn : TrainerCommand;

    /// <summary>Ends the training after the step that runs now, with a checkpoint or without.</summary>
    public sealed record Stop(bool Checkpoint) : TrainerCommand;

    /// <summary>Writes text with the best weights of the loaded checkpoint.</summary>
    /// <param name="Prompt">The text to go on from; empty for the beginning of the loaded text.</param>
    /// <param name="Temperature">Above 0; lower is more certain.</param>
    public sealed record Generate(string Prompt, int Length, double Temperature, long Seed) : TrainerCommand;
}

/// <summary>A message from a trainer process to its silo.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(EpochFinished), "epoch")]
[JsonDerivedType(typeof(CheckpointWritten), "checkpoint")]
[JsonDerivedType(typeof(Succeeded), "succeeded")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Stopped), "stopped")]
[JsonDerivedType(typeof(Generated), "generated")]
[JsonDerivedType(typeof(Progress), "progress")]
[JsonDerivedType(typeof(Began), "began")]
[JsonDerivedType(typeof(Reported), "reported")]
[JsonDerivedType(typeof(ProgramEnded), "program-ended")]
public abstract record TrainerEvent
{
    private TrainerEvent() { }

    /// <summary>The first message: libtorch is loaded.</summary>
    /// <param name="TorchVersion">The version that libtorch itself tells, such as <c>2.10.0</c>; empty from the runner of programs.</param>
    /// <param name="Device">cpu, or cuda:0 and so on.</param>
    public sealed record Ready(string TorchVersion, string Device) : TrainerEvent;

    /// <summary>
    /// The first message of a training. It is not a part of <see cref="Ready"/>, because a trial keeps the number of threads that it began
    /// with, whatever the trainer's own number is.
    /// </summary>
    public sealed record Began(AttemptEnvironment Environment) : TrainerEvent;

    /// <summary>
    /// The trainer takes steps. It is sent about once a second while a model is trained, validated or measured. It may come at any other
    /// time too, and then means only that the trainer lives.
    /// </summary>
    /// <param name="Share">
    /// The part of the running epoch that is trained, at least 0 and below 1; null while no training step is taken.
    /// </param>
    public sealed record Progress(double? Share = null) : TrainerEvent;

    public sealed record EpochFinished(EpochMetrics Report) : TrainerEvent;

    /// <summary>A program has reported an epoch.</summary>
    /// <param name="Epoch">From 1.</param>
    /// <param name="Seconds">Time since the report before, or since the program's start.</param>
    /// <param name="Metrics">By name, each finite; the objective's is among them.</param>
    public sealed record Reported(int Epoch, double Seconds, IReadOnlyDictionary<string, double> Metrics) : TrainerEvent;

    /// <summary>The last message of a program that ended well. The final checkpoint comes before it.</summary>
    public sealed record ProgramEnded(ProgramResult Result) : TrainerEvent;

    /// <summary>The bytes are the checkpoint.</summary>
    /// <param name="Epoch">Whole epochs that were trained before it.</param>
    /// <param name="Step">Steps of the next epoch that were trained before it.</param>
    public sealed record CheckpointWritten(int Epoch, int Step) : TrainerEvent;

    /// <summary>The last message of a training that reached its end. The final checkpoint comes before it.</summary>
    public sealed record Succeeded(TrialResult Result) : TrainerEvent;

    public sealed record Failed(FailureReason Reason, string Message) : TrainerEvent;

    /// <summary>The answer to <see cref="TrainerCommand.Stop"/>. A checkpoint that was asked for comes before it.</summary>
    public sealed record Stopped : TrainerEvent;

    public sealed record Generated(string Text) : TrainerEvent;
}
