using System.Collections.Immutable;
using System.Globalization;
using static System.FormattableString;

namespace Sweep.Domain.Search;

/// <summary>
/// What kind of values a parameter takes: one of some words, a whole number, a number, a list of whole numbers, or true and false.
/// </summary>
public enum ParameterKind { Word, Whole, Real, Widths, Truth }

/// <summary>One parameter of a trial: its name in sweep files, its kind, default and bounds.</summary>
/// <param name="Words">
/// The values of a <see cref="ParameterKind.Word"/>, or none for any text; for a <see cref="ParameterKind.Whole"/> the words that may
/// replace a number.
/// </param>
/// <param name="Unit">The unit of its numbers; empty where they have none.</param>
/// <param name="Min">Smallest value, inclusive unless <paramref name="MinExcluded"/>.</param>
/// <param name="Max">Largest value, inclusive: beyond any model that trains, and low enough that no size overflows.</param>
/// <param name="Below">Every value must be below this.</param>
/// <param name="IsSeed">Whether it is the sweep's seed where a sweep file does not set it.</param>
/// <param name="Meaning">One line for the documentation, with the unit.</param>
public sealed record ParameterDefinition(
    string Name,
    ParameterKind Kind,
    ParameterValue Default,
    string Meaning,
    ImmutableArray<string> Words = default,
    string Unit = "",
    double Min = double.NegativeInfinity,
    bool MinExcluded = false,
    double Max = double.PositiveInfinity,
    double Below = double.PositiveInfinity,
    bool IsSeed = false)
{
    /// <summary>Longest list of widths.</summary>
    public const int MaxWidths = 32;

    /// <summary>What a value must be, in words that finish the sentence "expected …".</summary>
    public string Expectation => Kind switch
    {
        ParameterKind.Word => Words.IsDefault ? "a text" : $"one of {string.Join(", ", Words)}",
        ParameterKind.Truth => "true or false",
        ParameterKind.Whole => $"{WholeExpectation}{string.Concat(OwnWords.Select(word => $", or {word}"))}",
        ParameterKind.Widths => $"a list of at most {MaxWidths} whole numbers{Bounds}, such as [64, 32]",
        ParameterKind.Real => $"a number{Bounds}",
        _ => throw new InvalidOperationException($"A kind without words: {Kind}."),
    };

    /// <summary>What each whole number of a value must be, in words that finish the sentence "expected …".</summary>
    public string WholeExpectation => $"a whole number{Bounds}";

    /// <summary>Whether a parameter of this kind takes numbers, so that a range of it makes sense.</summary>
    public bool IsNumeric => Kind is ParameterKind.Whole or ParameterKind.Real;

    /// <summary>Whether every value is a number.</summary>
    public bool IsNumber => IsNumeric && OwnWords.IsEmpty;

    /// <summary>Whether a value is of this parameter's kind and within its bounds. A whole number is also a real one.</summary>
    public bool Accepts(ParameterValue value) => (Kind, value) switch
    {
        (ParameterKind.Word, ParameterValue.Word) when Words.IsDefault => true,
        (ParameterKind.Truth, ParameterValue.Truth) => true,
        (ParameterKind.Word or ParameterKind.Whole, ParameterValue.Word word) => OwnWords.Contains(word.Text),
        (ParameterKind.Whole or ParameterKind.Real, ParameterValue.Whole whole) => Within(whole.Number),
        (ParameterKind.Real, ParameterValue.Real real) => double.IsFinite(real.Number) && Within(real.Number),
        (ParameterKind.Widths, ParameterValue.Widths { Numbers: { Length: <= MaxWidths } widths }) => widths.All(width => Within(width)),
        _ => false,
    };

    /// <summary>Whether a number is within the bounds.</summary>
    public bool Within(double number) => (MinExcluded ? number > Min : number >= Min) && number <= Max && number < Below;

    /// <summary>A value for people. A number that was drawn from a range has four of its seventeen digits.</summary>
    public string Print(ParameterValue value) => (Kind, value) switch
    {
        (ParameterKind.Real, ParameterValue.Real real) => real.Number.ToString("G4", CultureInfo.InvariantCulture),
        (ParameterKind.Real, ParameterValue.Whole whole) => ((double)whole.Number).ToString("G4", CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private ImmutableArray<string> OwnWords => Words.IsDefault ? [] : Words;

    private string Bounds => $"{Lower}{Upper}";

    private string Lower => double.IsInfinity(Min) ? ""
        : MinExcluded ? Invariant($" above {Min}")
        : double.IsInfinity(Max) ? Invariant($" of at least {Min}")
        : Invariant($" from {Min:#,0.####}");

    private string Upper => !double.IsInfinity(Below) ? Invariant($" and below {Below}")
        : double.IsInfinity(Max) ? ""
        : Invariant($" to {Max:#,0}");
}
