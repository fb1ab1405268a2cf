using System.Text.Json.Serialization;
using Sweep.Domain.Models;

namespace Sweep.Domain.Sweeps;

/// <summary>The text to train on, and how it is split.</summary>
/// <param name="Sha256">Of the text's bytes, lower-case hexadecimal: the key in the table <c>datasets</c>.</param>
/// <param name="Split">As it was written; <see cref="Kind"/> says what it means.</param>
/// <param name="Validation">Share of the windows held out for validation, in (0, 1).</param>
/// <param name="Test">Share of the windows held out for the test, on which no epoch is chosen, in [0, 1).</param>
/// <param name="FirstTarget">
/// The first character, from 0, that any trial predicts, when all trials have the same targets: at least the longest window. Null when each
/// trial splits its own windows, and in specs of version 0.1.0.
/// </param>
public sealed record DatasetSpec(
    string Name, string Sha256, SplitKind Split, double Validation, double Test = 0, int? FirstTarget = null)
{
    /// <summary>In the spec of a program, which has no text.</summary>
    public static DatasetSpec None { get; } = new("", "", SplitKind.Tail, 0.2);

    /// <summary>How the text is split.</summary>
    [JsonIgnore]
    public SplitKind Kind => Split.Meaning(FirstTarget);

    /// <summary>How many windows of each part a trial has.</summary>
    /// <param name="characters">Length of the text in characters (Unicode code points).</param>
    /// <param name="length">Characters in a window of the trial.</param>
    public WindowCounts Counts(int characters, int length) => WindowCounts.Of(characters, FirstTarget ?? length, Validation, Test);
}

/// <summary>Which characters of a text are held out, that is, predicted by no window that is trained on.</summary>
public enum SplitKind
{
    /// <summary>Positions drawn from the whole text by the sweep's seed, the same for every trial.</summary>
    Random,

    /// <summary>The end of the text, the same for every trial.</summary>
    Tail,

    /// <summary>Each trial shuffles its own windows by its own seed and holds out the last, as torch's random_split does.</summary>
    Windows,
}

public static class SplitKinds
{
    /// <summary>
    /// The split by the names of today. Version 0.1.0 wrote random, without a first target, where each trial splits its own windows.
    /// </summary>
    public static SplitKind Meaning(this SplitKind split, int? firstTarget) =>
        split == SplitKind.Random && firstTarget is null ? SplitKind.Windows : split;
}
