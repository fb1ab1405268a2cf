using System.Globalization;
using System.Text.RegularExpressions;

namespace Sweep.Domain.Programs;

/// <summary>
/// Finds the reports of a program in the lines that it prints. Each group of a pattern is a metric, and the group <c>epoch</c> the number
/// of the epoch, which begins a report: what is found without a number, where a pattern has that group, does not count. A report is
/// complete at the end of the line with which each group was found, or when the next one begins. A line that is redrawn completes none.
/// </summary>
public sealed class CapturedLines
{
    public const int MaxPatterns = 20;

    private const int MaxLength = 1_000;

    private readonly List<(Regex Pattern, string[] Groups)> _patterns = [];
    private readonly Dictionary<string, double> _found = [];
    private readonly HashSet<string> _redrawn = [];
    private readonly int _groups;
    private readonly bool _isNumbered;
    private double? _epoch;

    /// <param name="patterns">Without a <see cref="Problem"/>.</param>
    public CapturedLines(IEnumerable<string> patterns)
    {
        foreach (var pattern in patterns.Select(Compile))
            _patterns.Add((pattern, [.. Groups(pattern)]));
        var groups = _patterns.SelectMany(pattern => pattern.Groups).ToHashSet();
        _isNumbered = groups.Remove(ProgramReport.EpochName);
        _groups = groups.Count;
    }

    /// <summary>Whether a group of a pattern is the metric.</summary>
    /// <param name="patterns">Without a <see cref="Problem"/>.</param>
    public static bool Find(IEnumerable<string> patterns, string metric) =>
        patterns.Any(pattern => Groups(Compile(pattern)).Contains(metric));

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

    /// <summary>A metric that was found first without a number of its epoch, so that it did not count; null when there is none.</summary>
    public string? Unnumbered { get; private set; }

    /// <summary>Reads a line.</summary>
    /// <param name="isRedrawn">Whether the next line is written over it, whose numbers then stand in place of its own.</param>
    /// <returns>The reports that the line completes; mostly none.</returns>
    public IReadOnlyList<ProgramReport> Read(string line, bool isRedrawn = false)
    {
        var complete = new List<ProgramReport>();
        var numbers = Numbers(line);
        // The number begins the report, also where its pattern or its place in the line comes last.
        if (numbers.Remove(ProgramReport.EpochName, out var epoch) && epoch != _epoch)
        {
            Take(complete);
            _epoch = epoch;
        }

        if (numbers.Count > 0 && _isNumbered && _epoch is null)
        {
            Unnumbered ??= numbers.Keys.First();
            return complete;
        }

        // Without numbers of epochs the next report begins when a metric is found again.
        if (!_isNumbered && numbers.Keys.Any(name => _found.ContainsKey(name) && !_redrawn.Contains(name)))
            Take(complete);
        foreach (var (name, number) in numbers)
        {
            _found[name] = number;
            if (isRedrawn)
                _redrawn.Add(name);
            else
                _redrawn.Remove(name);
        }

        if (!isRedrawn && _found.Count == _groups)
            Take(complete);
        return complete;
    }

    /// <summary>Takes what was found of a report that is not complete; null when there is nothing. It is for the program's end.</summary>
    public ProgramReport? Take()
    {
        var report = _found.Count == 0 ? null
            : new ProgramReport(_epoch is { } epoch ? ProgramReport.WholeEpoch(epoch) : null, new Dictionary<string, double>(_found));
        _epoch = null;
        _found.Clear();
        _redrawn.Clear();
        return report;
    }

    private void Take(List<ProgramReport> complete)
    {
        if (Take() is { } report)
            complete.Add(report);
    }

    /// <summary>What the patterns find in a line, by the names of their groups.</summary>
    private Dictionary<string, double> Numbers(string line)
    {
        var numbers = new Dictionary<string, double>();
        foreach (var (pattern, groups) in _patterns)
        {
            if (pattern.Match(line) is not { Success: true } match)
                continue;
            foreach (var name in groups)
            {
                if (match.Groups[name] is { Success: true } group && Number(group.Value) is { } number)
                    numbers[name] = number;
            }
        }

        return numbers;
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
