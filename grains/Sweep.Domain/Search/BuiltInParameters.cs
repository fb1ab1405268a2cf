using System.Collections.Immutable;

namespace Sweep.Domain.Search;

/// <summary>
/// The catalog of the built-in model's parameters, and the property of <see cref="TrialParameters"/> that belongs to each.
/// </summary>
public static class BuiltInParameters
{
    private const int MaxWidth = 65_536;
    private const string Full = "full";

    private static readonly TrialParameters Empty = new(default, 0, 0, 0, [], 0, null, 0, 0, default, 0, 0, 0);

    private static readonly Member[] Members =
    [
        new(
            new("cell", ParameterKind.Word, new ParameterValue.Word("lstm"), "Kind of recurrent layer.", Words<CellKind>()),
            trial => Word(trial.Cell),
            (trial, value) => trial with { Cell = Enumerated<CellKind>(value) }),
        new(
            new(
                "sequence_length", ParameterKind.Whole, new ParameterValue.Whole(20), "Characters in a window.",
                Unit: "characters", Min: 1, Max: 100_000),
            trial => Whole(trial.SequenceLength),
            (trial, value) => trial with { SequenceLength = (int)Whole(value) }),
        new(
            new(
                "hidden_size", ParameterKind.Whole, new ParameterValue.Whole(128), "Width of the embedding and of each recurrent layer.",
                Min: 1, Max: MaxWidth),
            trial => Whole(trial.HiddenSize),
            (trial, value) => trial with { HiddenSize = (int)Whole(value) }),
        new(
            new("layers", ParameterKind.Whole, new ParameterValue.Whole(1), "Recurrent layers.", Min: 1, Max: 128),
            trial => Whole(trial.Layers),
            (trial, value) => trial with { Layers = (int)Whole(value) }),
        new(
            new(
                "fully_connected", ParameterKind.Widths, new ParameterValue.Widths([]),
                "Widths of hidden layers (ReLU) between the last state and the logits.", Min: 1, Max: MaxWidth),
            trial => new ParameterValue.Widths([.. trial.FullyConnected]),
            (trial, value) => trial with { FullyConnected = ((ParameterValue.Widths)value).Numbers }),
        new(
            new(
                "learning_rate", ParameterKind.Real, new ParameterValue.Real(0.001), "Step size of the optimizer.",
                Min: 0, MinExcluded: true),
            trial => ParameterValue.Of(trial.LearningRate),
            (trial, value) => trial with { LearningRate = Real(value) }),
        new(
            new(
                "batch_size", ParameterKind.Whole, new ParameterValue.Whole(128), "Windows in a step; full is the whole training set.",
                [Full], "windows", Min: 1, Max: 10_000_000),
            trial => trial.BatchSize is { } batch ? Whole(batch) : new ParameterValue.Word(Full),
            (trial, value) => trial with { BatchSize = value is ParameterValue.Whole batch ? (int)batch.Number : null }),
        new(
            new(
                "dropout", ParameterKind.Real, new ParameterValue.Whole(0), "Share of states dropped between recurrent layers.",
                Min: 0, Below: 1),
            trial => ParameterValue.Of(trial.Dropout),
            (trial, value) => trial with { Dropout = Real(value) }),
        new(
            new(
                "epochs", ParameterKind.Whole, new ParameterValue.Whole(20), "Passes over the training windows.",
                Unit: "epochs", Min: 1, Max: 1_000_000),
            trial => Whole(trial.Epochs),
            (trial, value) => trial with { Epochs = (int)Whole(value) }),
        new(
            new("optimizer", ParameterKind.Word, new ParameterValue.Word("adam"), "Rule of the steps.", Words<OptimizerKind>()),
            trial => Word(trial.Optimizer),
            (trial, value) => trial with { Optimizer = Enumerated<OptimizerKind>(value) }),
        new(
            new(
                "weight_decay", ParameterKind.Real, new ParameterValue.Whole(0), "L2 penalty (adam, sgd), or decoupled decay (adamw).",
                Min: 0),
            trial => ParameterValue.Of(trial.WeightDecay),
            (trial, value) => trial with { WeightDecay = Real(value) }),
        new(
            new(
                "gradient_clipping", ParameterKind.Real, new ParameterValue.Whole(0), "Largest norm of the gradients; 0 is no limit.",
                Min: 0),
            trial => ParameterValue.Of(trial.GradientClipping),
            (trial, value) => trial with { GradientClipping = Real(value) }),
        new(
            new(
                "seed", ParameterKind.Whole, new ParameterValue.Whole(0),
                "Of weights, order and dropout, and of the split with split: windows; the sweep's seed unless set.", Min: 0, IsSeed: true),
            trial => Whole(trial.Seed),
            (trial, value) => trial with { Seed = Whole(value) }),
    ];

    public static ParameterCatalog Catalog { get; } = new([.. Members.Select(member => member.Definition)]);

    /// <summary>A trial as the built-in model reads it.</summary>
    /// <param name="trial">Has every parameter of <see cref="Catalog"/>, each accepted by its definition.</param>
    public static TrialParameters ForModel(this ParameterMap trial) =>
        Members.Aggregate(Empty, (typed, member) => member.Write(typed, trial.ValueOf(member.Definition.Name)));

    public static ParameterMap ToMap(this TrialParameters trial) =>
        new([.. Members.Select(member => (member.Definition.Name, member.Read(trial)))]);

    private static ImmutableArray<string> Words<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];

    private static ParameterValue.Word Word<T>(T value)
        where T : struct, Enum => new(value.ToString().ToLowerInvariant());

    private static T Enumerated<T>(ParameterValue value)
        where T : struct, Enum => Enum.Parse<T>(((ParameterValue.Word)value).Text, ignoreCase: true);

    private static ParameterValue.Whole Whole(long number) => new(number);

    private static long Whole(ParameterValue value) => ((ParameterValue.Whole)value).Number;

    private static double Real(ParameterValue value) =>
        value is ParameterValue.Whole whole ? whole.Number : ((ParameterValue.Real)value).Number;

    private sealed record Member(
        ParameterDefinition Definition,
        Func<TrialParameters, ParameterValue> Read,
        Func<TrialParameters, ParameterValue, TrialParameters> Write);
}
