using System.Globalization;
using System.Text.RegularExpressions;

namespace Sweep.Domain.Programs;

/// <summary>
/// Finds the reports of a program in the lines that it prints. Each group of a pattern is a metric, and the group <c>epoch</c> the number
/// of the epoch. A report is complete when each group of all patterns was found; a group that is found a second time begins the next one,
/// except for the epoch with the same number, which many lines may name.
/// </summary>
public sealed class CapturedLines
{
    public const int MaxPatterns = 20;

    private const int MaxLength = 1_000;

    private readonly List<(Regex Pattern, string[] Groups)> _patterns = [];
    private readonly Dictionary<string, double> _found = [];
    private readonly int _groups;

    /// <param name="patterns">Without a <see cref="Problem"/>.</param>
    public CapturedLines(IEnumerable<string> patterns)
    {
        foreach (var pattern in patterns.Select(Compile))
            _patterns.Add((pattern, [.. Groups(pattern)]));
        _groups = _patterns.SelectMany(pattern => pattern.Groups).Distinct().Count();
    }

    /// <summary>What is wrong with a pattern, in words that finish the sentence "found …; "; null when nothing is.</summary>
    public static string? Problem(string pattern)
    {
        if (pattern.Length is 0 or > MaxLength)
            return $"expected a regular expression of at most {MaxLength} characters";
        if (pattern.Contains("(?P<", StringComparison.Ordinal))
            return "expected (?<name>…) in place of Python's (?P<name>…)";
        try
        {
            var groups = Groups(Compile(pattern)).ToList();
            if (groups.Count == 0)
                return "expected a group for each metric, such as val_loss[=: ]+(?<val_loss>\\S+)";
            return groups.Find(name => name != ProgramReport.EpochName && !MetricName.IsValid(name)) is { } wrong
                ? $"expected in place of {wrong} {MetricName.Expectation}"
                : null;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return $"expected a regular expression without look-around and back-references ({error.Message.Split('\n')[0].TrimEnd('.')})";
        }
    }

    /// <summary>Reads a line.</summary>
    /// <returns>The reports that the line completes; mostly none.</returns>
    public IReadOnlyList<ProgramReport> Read(string line)
    {
        var complete = new List<ProgramReport>();
        foreach (var (pattern, groups) in _patterns)
        {
            if (pattern.Match(line) is not { Success: true } match)
                continue;
            foreach (var name in groups)
            {
                if (match.Groups[name] is not { Success: true } group || Number(group.Value) is not { } number)
                    continue;
                if (_found.TryGetValue(name, out var before) && !(name == ProgramReport.EpochName && before == number))
                    complete.Add(Take()!);
                _found[name] = number;
            }
        }

        if (_found.Count == _groups)
            complete.Add(Take()!);
        return complete;
    }

    /// <summary>Takes what was found of a report that is not complete; null when there is nothing. It is for the program's end.</summary>
    public ProgramReport? Take()
    {
        if (_found.Count == 0)
            return null;
        long? epoch = _found.Remove(ProgramReport.EpochName, out var number) ? (long)number : null;
        var report = new ProgramReport(epoch, new Dictionary<string, double>(_found));
        _found.Clear();
        return report;
    }

    /// <summary>The number at the beginning of a text, so that <c>0.51,</c> and <c>93%</c> are numbers too.</summary>
    private static double? Number(string text)
    {
        var trimmed = text.TrimEnd(',', ';', ')', ']', '}', '%', '.');
        return trimmed.ToLowerInvariant() switch
        {
            "nan" or "-nan" => double.NaN,
            "inf" or "infinity" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            _ => double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
        };
    }

    // Without backtracking no line takes longer than its length deserves.
    private static Regex Compile(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static IEnumerable<string> Groups(Regex pattern) =>
        pattern.GetGroupNames().Where(name => !int.TryParse(name, CultureInfo.InvariantCulture, out _));
}
