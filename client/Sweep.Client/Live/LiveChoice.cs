namespace Sweep.Client.Live;

/// <summary>An order for the sweep that the user gave with a key of the live view.</summary>
/// <param name="Trial">The number of the trial; null for the whole sweep.</param>
internal sealed record LiveOrder(LiveOrderKind Kind, int? Trial = null);

internal enum LiveOrderKind
{
    Pause,
    Cancel,

    /// <summary>Ends the view. If the cluster ends with this process, the sweep is paused.</summary>
    Leave,
}

/// <summary>The state of the live view that the user changes with the keys.</summary>
/// <param name="Selected">The trial under the cursor; null for none.</param>
/// <param name="Open">The trial that is shown alone; null for none.</param>
/// <param name="Typed">The digits of a trial's number that were typed so far.</param>
/// <param name="Cancelling">Whether the next c cancels.</param>
internal sealed record LiveChoice(int? Selected = null, int? Open = null, string Typed = "", bool Cancelling = false)
{
    private const int MostDigits = 6;

    /// <summary>The state after a key, and the order that the key gave, if it gave one.</summary>
    /// <param name="numbers">The numbers of the trials that can be selected, in their order.</param>
    public (LiveChoice Next, LiveOrder? Order) On(ConsoleKeyInfo key, IReadOnlyList<int> numbers)
    {
        var reset = this with { Cancelling = false, Typed = "" };
        return key switch
        {
            { Key: ConsoleKey.C } when Cancelling => (reset, new(LiveOrderKind.Cancel, Open)),
            { Key: ConsoleKey.C } => (reset with { Cancelling = true }, null),
            { Key: ConsoleKey.P } => (reset, new(LiveOrderKind.Pause)),
            { Key: ConsoleKey.Q } => (reset, new(LiveOrderKind.Leave)),
            { Key: ConsoleKey.Escape or ConsoleKey.Backspace or ConsoleKey.LeftArrow } => (reset with { Open = null }, null),
            { Key: ConsoleKey.UpArrow or ConsoleKey.K } => (reset.Moved(-1, numbers), null),
            { Key: ConsoleKey.DownArrow or ConsoleKey.J } => (reset.Moved(1, numbers), null),
            { Key: ConsoleKey.Enter or ConsoleKey.RightArrow } =>
                (reset with { Open = int.TryParse(Typed, out var number) ? number : Selected ?? Open }, null),
            { KeyChar: >= '0' and <= '9' } when Typed.Length < MostDigits => (reset with { Typed = Typed + key.KeyChar }, null),
            _ => (reset, null),
        };
    }

    private LiveChoice Moved(int by, IReadOnlyList<int> numbers)
    {
        if (numbers.Count == 0)
            return this with { Selected = null };
        var at = numbers.Index().Where(item => item.Item == Selected).Select(item => (int?)item.Index).FirstOrDefault();
        var next = numbers[at is { } index ? Math.Clamp(index + by, 0, numbers.Count - 1) : by > 0 ? 0 : numbers.Count - 1];
        // When one trial is shown alone, the newly selected one is shown in its place.
        return this with { Selected = next, Open = Open is null ? null : next };
    }
}
