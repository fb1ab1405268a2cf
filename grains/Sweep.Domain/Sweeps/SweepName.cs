namespace Sweep.Domain.Sweeps;

/// <summary>Names of sweeps. People type them on command lines and in SQL, so they contain nothing that needs quoting there.</summary>
public static class SweepName
{
    public const int MaxLength = 100;

    /// <summary>Finishes the sentence "expected …".</summary>
    public const string Expectation = "at most 100 letters, digits, dots, dashes and underscores";

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}
