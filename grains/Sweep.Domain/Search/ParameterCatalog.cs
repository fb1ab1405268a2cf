using System.Collections.Immutable;
using static System.FormattableString;

namespace Sweep.Domain.Search;

/// <summary>What kind of values a parameter takes in a sweep file.</summary>
public enum ParameterKind { Word, Whole, Real, Widths, WholeOrFull }

/// <summary>One parameter of a trial: its name in sweep files, its kind, default and bounds.</summary>
/// <param name="Words">The words a <see cref="ParameterKind.Word"/> may be.</param>
/// <param name="Min">Smallest value, inclusive unless <paramref name="MinExcluded"/>.</param>
/// <param name="Max">Largest value, inclusive: beyond any model that trains, and low enough that no size overflows.</param>
/// <param name="Below">Every value must be below this.</param>
/// <param name="Meaning">One line for the documentation, with the unit.</param>
public sealed record ParameterDefinition(
    string Name,
    ParameterKind Kind,
    ParameterValue Default,
    string Meaning,
    ImmutableArray<string> Words = default,
    double Min = double.NegativeInfinity,
    bool MinExcluded = false,
    double Max = double.PositiveInfinity,
    double Below = double.PositiveInfinity)
{
    /// <summary>Longest list of widths.</summary>
    public const int MaxWidths = 32;

    /// <summary>What a value must be, in words that finish the sentence "expected …".</summary>
    public string Expectation => Kind switch
    {
        ParameterKind.Word => $"one of {string.Join(", ", Words)}",
        ParameterKind.Whole => $"a whole number {Bounds}",
        ParameterKind.WholeOrFull => $"a whole number {Bounds}, or full",
        ParameterKind.Widths => Invariant($"a list of at most {MaxWidths} whole numbers from {Min} to {Max:#,0}, such as [64, 32]"),
        ParameterKind.Real => $"a number {Bounds}",
        _ => throw new InvalidOperationException($"A kind without words: {Kind}."),
    };

    /// <summary>Whether a parameter of this kind takes numbers, so that a range of it makes sense.</summary>
    public bool IsNumeric => Kind is ParameterKind.Whole or ParameterKind.WholeOrFull or ParameterKind.Real;

    /// <summary>Whether a value is of this parameter's kind and within its bounds. A whole number is also a real one.</summary>
    public bool Accepts(ParameterValue value) => (Kind, value) switch
    {
        (ParameterKind.Word, ParameterValue.Word word) => Words.Contains(word.Text),
        (ParameterKind.Whole or ParameterKind.WholeOrFull or ParameterKind.Real, ParameterValue.Whole whole) => Within(whole.Number),
        (ParameterKind.WholeOrFull, ParameterValue.Word { Text: "full" }) => true,
        (ParameterKind.Real, ParameterValue.Real real) => double.IsFinite(real.Number) && Within(real.Number),
        (ParameterKind.Widths, ParameterValue.Widths widths) => widths.Numbers.Length <= MaxWidths && widths.Numbers.All(width => Within(width)),
        _ => false,
    };

    private string Bounds => $"{Lower}{Upper}";

    private string Lower => MinExcluded ? Invariant($"above {Min}") : double.IsInfinity(Max) ? Invariant($"of at least {Min}") : Invariant($"from {Min}");

    private string Upper => !double.IsInfinity(Below) ? Invariant($" and below {Below}") : double.IsInfinity(Max) ? "" : Invariant($" to {Max:#,0}");

    private bool Within(double number) => (MinExcluded ? number > Min : number >= Min) && number <= Max && number < Below;
}

/// <summary>Every parameter that a sweep file may set: the one table behind its checks, its defaults and its documentation.</summary>
public static class ParameterCatalog
{
    public static ImmutableArray<ParameterDefinition> All { get; } =
    [
        new("cell", ParameterKind.Word, new ParameterValue.Word("lstm"), "Kind of recurrent layer.", ["rnn", "lstm", "gru"]),
        new("sequence_length", ParameterKind.Whole, new ParameterValue.Whole(20), "Characters in a window.", Min: 1, Max: 100_000),
        new("hidden_size", ParameterKind.Whole, new ParameterValue.Whole(128), "Width of the embedding and of each recurrent layer.", Min: 1, Max: 65_536),
        new("layers", ParameterKind.Whole, new ParameterValue.Whole(1), "Recurrent layers.", Min: 1, Max: 128),
        new("fully_connected", ParameterKind.Widths, new ParameterValue.Widths([]), "Widths of hidden layers (ReLU) between the last state and the logits.", Min: 1, Max: 65_536),
        new("learning_rate", ParameterKind.Real, new ParameterValue.Real(0.001), "Step size of the optimizer.", Min: 0, MinExcluded: true),
        new("batch_size", ParameterKind.WholeOrFull, new ParameterValue.Whole(128), "Windows in a step; full is the whole training set.", Min: 1, Max: 10_000_000),
        new("dropout", ParameterKind.Real, new ParameterValue.Whole(0), "Share of states dropped between recurrent layers.", Min: 0, Below: 1),
        new("epochs", ParameterKind.Whole, new ParameterValue.Whole(20), "Passes over the training windows.", Min: 1, Max: 1_000_000),
        new("optimizer", ParameterKind.Word, new ParameterValue.Word("adam"), "Rule of the steps.", ["adam", "sgd", "adamw"]),
        new("weight_decay", ParameterKind.Real, new ParameterValue.Whole(0), "L2 penalty (adam, sgd), or decoupled decay (adamw).", Min: 0),
        new("gradient_clipping", ParameterKind.Real, new ParameterValue.Whole(0), "Largest norm of the gradients; 0 is no limit.", Min: 0),
        new("seed", ParameterKind.Whole, new ParameterValue.Whole(0), "Of weights, split, order and dropout; the sweep's seed unless set.", Min: 0),
    ];

    public static ParameterDefinition? Find(string name) => All.FirstOrDefault(definition => definition.Name == name);
}
