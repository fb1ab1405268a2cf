using System.Text.RegularExpressions;

namespace Sweep.Domain.Programs;

/// <summary>What a program may call a metric: <c>val_loss</c>, <c>val/top-5</c>.</summary>
public static partial class MetricName
{
    public const int MaxLength = 100;

    /// <summary>Finishes the sentence "expected …".</summary>
    public const string Expectation =
        "the name of a metric: at most 100 letters, digits, and any of _ - . /, the first one a letter, and not epoch";

    public static bool IsValid(string name) => name.Length <= MaxLength && name != ProgramReport.EpochName && Form().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_./-]*\z")]
    private static partial Regex Form();
}
