using System.Globalization;
using Sweep.Client.Errors;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Commands.Parts;

/// <summary>A sweep, or one trial of it, as a user names it.</summary>
/// <param name="Trial">The trial's number; null for the sweep.</param>
internal readonly record struct SweepAddress(string Name, int? Trial)
{
    /// <exception cref="WrongInputException">The text is neither <c>name</c> nor <c>name/number</c>.</exception>
    public static SweepAddress Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? text : text[..slash];
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
            throw new WrongInputException($"found {text}; expected a sweep's name (letters, digits, -, _ and .) or name/number.");
        if (slash < 0)
            return new(name, null);
        return int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= TrialId.MaxNumber
            ? new(name, number)
            : throw new WrongInputException($"found {text}; expected a trial's number, from 1, after the slash.");
    }

    public override string ToString() => Trial is { } number ? string.Create(CultureInfo.InvariantCulture, $"{Name}/{number}") : Name;

    /// <exception cref="WrongInputException">No sweep has this name, or it has no trial of this number.</exception>
    public async Task<SweepOverview> FindAsync(SweepReader reader, CancellationToken cancellation)
    {
        if (await reader.FindAsync(Name, cancellation) is { } sweep)
        {
            return Trial > sweep.Trials
                ? throw new WrongInputException($"{Name} has no trial {Trial}; its trials are 1 to {sweep.Trials}.")
                : Trial > sweep.Proposed
                ? throw new WrongInputException($"{Name} has not proposed trial {Trial} yet; so far there are 1 to {sweep.Proposed}.")
                : sweep;
        }

        var known = (await reader.ListAsync(cancellation)).Select(other => other.Name).ToList();
        var near = NearestNames.Of(Name, known);
        var hint = known.Count == 0 ? "There are no sweeps yet."
            : near.Count == 0 ? "See `sweep list`."
            : $"Near it: {string.Join(", ", near)}.";
        throw new WrongInputException($"No sweep is named {Name}. {hint}");
    }
}
